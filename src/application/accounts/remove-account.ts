import { registrationUntil, revocationKey } from "../../domain/revocation.ts";
import type { User } from "../../domain/user.ts";
import { type NoticeDeps, notify } from "../mail/send-later.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { OneTimeTokenRepository } from "../ports/storage/one-time-tokens.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { SessionRepository } from "../ports/storage/sessions.ts";
import type { UserRepository } from "../ports/storage/users.ts";

export interface RemoveAccountDeps extends NoticeDeps {
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly revocations: RevocationRepository;
  readonly oneTimeTokens: OneTimeTokenRepository;
  readonly events: SecurityEvents;
}

/** Later than any import of the old database. */
const REMEMBERED_UNTIL = new Date("9999-01-01T00:00:00.000Z");

/**
 * Removes an account, and with it every session and every mailed link, unless another change came first. Resolves to
 * whether it did. The removal of an account that was imported from the Flask server is recorded first, by its id, so that
 * a repeated import does not bring it back.
 */
export async function removeAccount(
  deps: RemoveAccountDeps,
  user: User,
  by: "its_user" | "operator",
): Promise<boolean> {
  if (user.legacyIdentity !== undefined) {
    await deps.revocations.add(revocationKey.removedUser(user.id), REMEMBERED_UNTIL);
  }
  // before the address is free, so that no earlier registration link makes an account with it
  const registrations = revocationKey.registration(deps.keyedHash(user.email.canonical));
  await deps.revocations.add(registrations, registrationUntil(deps.clock.now()));
  if (!(await deps.users.remove(user))) return false;
  await deps.sessions.removeEarlier(user.id, Number.MAX_SAFE_INTEGER, undefined);
  await deps.oneTimeTokens.removeOf(user.id);
  deps.events.report({ type: "account_deleted", userId: user.id, by });
  await notify(deps, "account_deleted", user);
  return true;
}
