import { type ChangeAccountDeps, type ChangedAccount, changeAccount } from "./change-account.ts";

/**
 * Disables an account and ends all its sessions, in one step. Once it resolves, no session of the account is
 * live, including those of concurrent logins.
 * @throws AuthError `not_found`
 */
export type DisableUser = (who: string) => Promise<ChangedAccount>;

export function makeDisableUser(deps: ChangeAccountDeps): DisableUser {
  return async (who) => {
    const changed = await changeAccount(deps, who, { disabled: true }, ({ disabled }) => disabled);
    if (!changed.alreadyApplied) deps.events.report({ type: "user_disabled", userId: changed.user.id });
    return changed;
  };
}
