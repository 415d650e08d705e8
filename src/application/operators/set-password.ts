import { AuthError } from "../../domain/errors.ts";
import { newPasswordFaults, type PasswordPolicy } from "../../domain/password.ts";
import { OPERATOR_REQUEST } from "../limits/hash-request.ts";
import type { GatedHasher } from "../limits/hashing-gate.ts";
import { findAccount } from "../users/find-account.ts";
import { type ChangeAccountDeps, type ChangedAccount, changeAccount } from "./change-account.ts";

export interface SetPasswordDeps extends ChangeAccountDeps {
  readonly hasher: GatedHasher;
  readonly passwordPolicy: PasswordPolicy;
}

/**
 * Gives an account a new password without the old one, and ends all its sessions in the same step. A disabled
 * account stays disabled. The counts of wrong passwords are reset.
 * @throws AuthError `not_found`, `validation_failed`, `overloaded`
 */
export type SetPassword = (who: string, password: string) => Promise<ChangedAccount>;

export function makeSetPassword(deps: SetPasswordDeps): SetPassword {
  return async (who, password) => {
    const found = await findAccount(deps, who);
    const fields = newPasswordFaults("password", password, deps.passwordPolicy, found);
    if (fields.length > 0) throw new AuthError("validation_failed", { fields });
    const passwordHash = await deps.hasher.hash(password, OPERATOR_REQUEST);
    const changed = await changeAccount(deps, found.id, { passwordHash, unlock: true });
    deps.events.report({ type: "password_set", userId: found.id });
    return changed;
  };
}
