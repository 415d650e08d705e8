import { AuthError } from "../../domain/errors.ts";
import type { User } from "../../domain/user.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { type FindAccountDeps, findAccount } from "../users/find-account.ts";

export interface UnlockUserDeps extends FindAccountDeps {
  readonly events: SecurityEvents;
}

/**
 * Forgets the wrong passwords that were counted for an account, from every network and device: the user can log in at
 * once. Counts of networks stay, since they are of other accounts, too. Sessions and password stay as they are.
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
