import type { User } from "../../domain/user.ts";
import { type RemoveAccountDeps, removeAccount } from "../accounts/remove-account.ts";
import type { FindAccountDeps } from "../users/find-account.ts";
import { applyToAccount } from "./apply-to-account.ts";

export interface DeleteUserDeps extends FindAccountDeps, RemoveAccountDeps {}

/**
 * Removes an account and all its sessions. Its name and address can be registered again. Resolves to the
 * account before its removal.
 * @throws AuthError `not_found`
 */
export type DeleteUser = (who: string) => Promise<User>;

export function makeDeleteUser(deps: DeleteUserDeps): DeleteUser {
  return (who) =>
    applyToAccount(deps, who, async (user) => (await removeAccount(deps, user, "operator")) && user);
}
