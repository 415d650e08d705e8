import { AuthError } from "../../domain/errors.ts";
import type { User } from "../../domain/user.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { type FindAccountDeps, findAccount } from "../users/find-account.ts";

export interface UnlockUserDeps extends FindAccountDeps {
  readonly events: SecurityEvents;
}

/**
 * Resets the counts of wrong passwords for an account, from every network and device, so that the user can log
 * in immediately. Counts per network stay, because they also cover other accounts. Sessions and password do not
 * change.
 * @throws AuthError `not_found`
 */
export type UnlockUser = (who: string) => Promise<User>;

export function makeUnlockUser(deps: UnlockUserDeps): UnlockUser {
  return async (who) => {
    const user = await findAccount(deps, who);
    if (!(await deps.users.unlock(user.id))) throw new AuthError("not_found");
    deps.events.report({ type: "user_unlocked", userId: user.id });
    return user;
  };
}
