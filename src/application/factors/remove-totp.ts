import { AuthError } from "../../domain/errors.ts";
import { changedFactors, hasSecondFactor } from "../../domain/factors/factors.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import { type NoticeDeps, notify } from "../mail/send-later.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { type AccessCheckDeps, checkAccessToken } from "../tokens/check-token.ts";
import { assertRecent } from "../tokens/recent-authentication.ts";

export interface RemoveTotpDeps extends AccessCheckDeps, NoticeDeps {
  readonly clock: Clock;
  readonly events: SecurityEvents;
}

/**
 * Removes the authenticator of the token's user, and with it the recovery codes.
 * @throws AuthError `not_found`, `reauthentication_required`; `invalid_token`, `expired_token`, `revoked_token`
 */
export type RemoveTotp = (accessToken: string) => Promise<void>;

export function makeRemoveTotp(deps: RemoveTotpDeps): RemoveTotp {
  return async (accessToken) => {
    await untilApplied(async () => {
      const now = deps.clock.now();
      const live = await checkAccessToken(deps, accessToken, now);
      const { user } = live;
      if (!hasSecondFactor(user.factors)) throw new AuthError("not_found");
      assertRecent(live, now);
      const next = changedFactors(user.factors, { totp: undefined, recoveryCodes: undefined });
      if (!(await deps.users.replaceFactors(user, next))) return false;
      deps.events.report({ type: "factor_removed", userId: user.id, factor: "totp", by: "its_user" });
      await notify(deps, "second_factor_removed", user);
      return true;
    });
  };
}
