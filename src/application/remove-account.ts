import type { User } from "../domain/user.ts";
import type { SecurityEvents } from "./ports/security-events.ts";
import type { SessionRepository } from "./ports/sessions.ts";
import type { UserRepository } from "./ports/users.ts";

export interface RemoveAccountDeps {
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly events: SecurityEvents;
}

/**
 * Removes an account, and with it every session. Resolves to whether it did: not where another change came
 * first.
 */
export async function removeAccount(
  deps: RemoveAccountDeps,
  user: User,
  by: "its_user" | "operator",
): Promise<boolean> {
  if (!(await deps.users.remove(user.id, user.epoch))) return false;
  await deps.sessions.removeEarlier(user.id, Number.MAX_SAFE_INTEGER, undefined);
  deps.events.report({ type: "account_deleted", userId: user.id, by });
  return true;
}
