import { type ChangeAccountDeps, type ChangedAccount, changeAccount } from "./change-account.ts";

/**
 * Lets the owner of a disabled account log in again. Its former sessions stay ended. An account that is not
 * disabled keeps its sessions.
 * @throws AuthError `not_found`
 */
export type EnableUser = (who: string) => Promise<ChangedAccount>;

export function makeEnableUser(deps: ChangeAccountDeps): EnableUser {
  return async (who) => {
    const changed = await changeAccount(deps, who, { disabled: false }, ({ disabled }) => !disabled);
    if (!changed.alreadyApplied) deps.events.report({ type: "user_enabled", userId: changed.user.id });
    return changed;
  };
}
