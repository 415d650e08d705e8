import { AuthError } from "../../domain/errors.ts";
import { changedFactors, hasSecondFactor } from "../../domain/factors/factors.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import { type NoticeDeps, notify } from "../mail/send-later.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { type AccessCheckDeps, checkAccessToken } from "../tokens/check-token.ts";
import { assertRecent } from "../tokens/recent-authentication.ts";
import { type NewRecoveryCodesDeps, newRecoveryCodes } from "./recovery-code-hashes.ts";

export interface RenewRecoveryCodesDeps extends AccessCheckDeps, NewRecoveryCodesDeps, NoticeDeps {
  readonly clock: Clock;
  /** How often one session may reauthenticate or get new secrets. */
  readonly loginRateLimiter: RateLimiter;
  readonly events: SecurityEvents;
}

/**
 * Makes ten new recovery codes for the token's user; the former ones are void. Resolves to the codes, which are never shown
 * again.
 * @throws AuthError `not_found` if the account has no second factor; `reauthentication_required`, `too_many_attempts`;
 * `invalid_token`, `expired_token`, `revoked_token`
 */
export type RenewRecoveryCodes = (accessToken: string) => Promise<string[]>;

export function makeRenewRecoveryCodes(deps: RenewRecoveryCodesDeps): RenewRecoveryCodes {
  return (accessToken) =>
    untilApplied(async () => {
      const now = deps.clock.now();
      const live = await checkAccessToken(deps, accessToken, now);
      const { user } = live;
      if (!hasSecondFactor(user.factors)) throw new AuthError("not_found");
      assertRecent(live, now);
      deps.loginRateLimiter.admit(`session ${live.claims.sessionId}`, now);
      const { shown, stored } = await newRecoveryCodes(deps, user.id);
      const next = changedFactors(user.factors, { recoveryCodes: stored });
      if (!(await deps.users.replaceFactors(user, next))) return false;
      deps.events.report({ type: "recovery_codes_renewed", userId: user.id });
      await notify(deps, "recovery_codes_renewed", user);
      return shown;
    });
}
