import { AuthError } from "../../domain/errors.ts";
import { base32 } from "../../domain/factors/base32.ts";
import { changedFactors, hasSecondFactor, PENDING_TOTP_MS } from "../../domain/factors/factors.ts";
import { otpauthUri, TOTP_SECRET_BYTES } from "../../domain/factors/totp.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import type { Clock } from "../ports/clock.ts";
import type { FactorSeal } from "../ports/factor-seal.ts";
import type { Ids } from "../ports/ids.ts";
import type { RandomBytes } from "../ports/random-bytes.ts";
import { type AccessCheckDeps, checkAnyAccessToken } from "../tokens/check-token.ts";
import { assertRecent } from "../tokens/recent-authentication.ts";

export interface BeginTotpDeps extends AccessCheckDeps {
  readonly clock: Clock;
  /** How often one session may reauthenticate or get new secrets. */
  readonly loginRateLimiter: RateLimiter;
  readonly ids: Ids;
  readonly randomBytes: RandomBytes;
  readonly factorSeal: FactorSeal;
  /** The name that authenticators show beside the account. */
  readonly serviceName: string;
}

/** The secret of a new authenticator, which is never shown again. */
export interface NewTotp {
  /** In base32, for typing. */
  readonly secret: string;
  /** For a QR code. */
  readonly uri: string;
}

/**
 * Makes the secret of a new authenticator. It becomes a factor with its first code, within 15 minutes; another one that
 * waits for its first code is forgotten.
 * @throws AuthError `factor_exists`, `reauthentication_required`, `too_many_attempts`; `invalid_token`, `expired_token`, `revoked_token`
 */
export type BeginTotp = (accessToken: string) => Promise<NewTotp>;

export function makeBeginTotp(deps: BeginTotpDeps): BeginTotp {
  return (accessToken) =>
    untilApplied(async () => {
      const now = deps.clock.now();
      const live = await checkAnyAccessToken(deps, accessToken, now);
      const { user } = live;
      if (hasSecondFactor(user.factors)) throw new AuthError("factor_exists");
      assertRecent(live, now);
      deps.loginRateLimiter.admit(`session ${live.claims.sessionId}`, now);
      const id = deps.ids.next();
      const secret = deps.randomBytes(TOTP_SECRET_BYTES);
      const sealedSecret = await deps.factorSeal.seal(secret, { userId: user.id, factorId: id });
      const expiresAt = new Date(now.getTime() + PENDING_TOTP_MS);
      const next = changedFactors(user.factors, {
        pendingTotp: { id, sealedSecret, epoch: user.epoch, expiresAt },
      });
      if (!(await deps.users.replaceFactors(user, next))) return false;
      return { secret: base32(secret), uri: otpauthUri(secret, deps.serviceName, user.email.shown) };
    });
}
