import { keptUntil, revocationKey } from "../domain/revocation.ts";
import { type AccessCheckDeps, checkAccessToken } from "./check-token.ts";
import type { Clock } from "./ports/clock.ts";
import type { SecurityEvents } from "./ports/security-events.ts";

export interface RevokeAccessDeps extends AccessCheckDeps {
  readonly clock: Clock;
  readonly events: SecurityEvents;
}

/**
 * Ends this one access token; its session and refresh token live on.
 * @throws AuthError `invalid_token`, `expired_token`, `revoked_token`
 */
export type RevokeAccess = (accessToken: string) => Promise<void>;

export function makeRevokeAccess(deps: RevokeAccessDeps): RevokeAccess {
  return async (accessToken) => {
    const { claims } = await checkAccessToken(deps, accessToken, deps.clock.now());
    await deps.revocations.add(revocationKey.token(claims.tokenId), keptUntil(claims.expiresAt));
    deps.events.report({
      type: "access_token_revoked",
      userId: claims.userId,
      sessionId: claims.sessionId,
    });
  };
}
