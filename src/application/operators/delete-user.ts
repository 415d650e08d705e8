import type { User } from "../../domain/user.ts";
import { type RemoveAccountDeps, removeAccount } from "../accounts/remove-account.ts";
import { type FindAccountDeps, findAccount } from "../users/find-account.ts";

export interface DeleteUserDeps extends FindAccountDeps, RemoveAccountDeps {}

/**
 * Removes an account, and with it every session; name and address are free again. Resolves to the account as
 * it was.
 * @throws AuthError `not_found`
 */
export type DeleteUser = (who: string) => Promise<User>;

export function makeDeleteUser(deps: DeleteUserDeps): DeleteUser {
  return async (who) => {
    for (let user = await findAccount(deps, who); ; user = await findAccount(deps, user.id)) {
      if (await removeAccount(deps, user, "operator")) return user;
    }
  };
}
