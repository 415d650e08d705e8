import { keptUntil, revocationKey } from "../../domain/revocation.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { type AccessCheckDeps, checkAnyAccessToken } from "../tokens/check-token.ts";

export interface RevokeAccessDeps extends AccessCheckDeps {
  readonly clock: Clock;
  readonly events: SecurityEvents;
  /**
   * Limits stored entries: each is kept until its token expires, and a session can be refreshed for another
   * token at once.
   */
  readonly revocationRateLimiter: RateLimiter;
}

/**
 * Revokes this access token only; its session and refresh token stay valid. Only this call is limited; ending
 * the session never is.
 * @throws AuthError `invalid_token`, `expired_token`, `revoked_token`, `too_many_attempts`
 */
export type RevokeAccess = (accessToken: string) => Promise<void>;

export function makeRevokeAccess(deps: RevokeAccessDeps): RevokeAccess {
  return async (accessToken) => {
    const now = deps.clock.now();
    const { claims } = await checkAnyAccessToken(deps, accessToken, now);
    deps.revocationRateLimiter.admit(claims.userId, now);
    await deps.revocations.add(revocationKey.token(claims.tokenId), keptUntil(claims.expiresAt));
    deps.events.report({
      type: "access_token_revoked",
      userId: claims.userId,
      sessionId: claims.sessionId,
    });
  };
}
