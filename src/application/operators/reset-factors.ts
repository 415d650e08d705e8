import { changedFactors, NO_FACTORS } from "../../domain/factors/factors.ts";
import type { User } from "../../domain/user.ts";
import { type NoticeDeps, notify } from "../mail/send-later.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { FindAccountDeps } from "../users/find-account.ts";
import { applyToAccount } from "./apply-to-account.ts";

export interface ResetFactorsDeps extends FindAccountDeps, NoticeDeps {
  readonly events: SecurityEvents;
}

export interface ResetFactorsOutcome {
  readonly user: User;
  /** Whether the account had no second factor, so that nothing was done. */
  readonly alreadyApplied: boolean;
}

/**
 * Removes the second factor and the recovery codes of an account whose user has lost them. Sessions stay; a login that waits
 * for its second factor has to begin anew.
 * @throws AuthError `not_found`
 */
export type ResetFactors = (who: string) => Promise<ResetFactorsOutcome>;

export function makeResetFactors(deps: ResetFactorsDeps): ResetFactors {
  return (who) =>
    applyToAccount(deps, who, async (user) => {
      const { totp, pendingTotp } = user.factors ?? NO_FACTORS;
      if (!totp && !pendingTotp) return { user, alreadyApplied: true };
      const none = { totp: undefined, pendingTotp: undefined, recoveryCodes: undefined };
      if (!(await deps.users.replaceFactors(user, changedFactors(user.factors, none)))) return false;
      if (totp === undefined) return { user, alreadyApplied: false };
      deps.events.report({ type: "factor_removed", userId: user.id, factor: "totp", by: "operator" });
      await notify(deps, "second_factor_removed", user);
      return { user, alreadyApplied: false };
    });
}
