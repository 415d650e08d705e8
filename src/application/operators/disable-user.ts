import { type ChangeAccountDeps, type ChangedAccount, changeAccount } from "./change-account.ts";

/**
 * Lets nobody into an account any more and ends all its sessions, in one step. No session of it lives once
 * this resolves, also none from a login that was under way.
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
