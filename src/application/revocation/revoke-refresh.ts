import { keptUntil, revocationKey } from "../../domain/revocation.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { checkRefreshToken, type RefreshCheckDeps } from "../tokens/check-token.ts";

export interface RevokeRefreshDeps extends RefreshCheckDeps {
  readonly clock: Clock;
  readonly events: SecurityEvents;
}

/**
 * Revokes the session's refresh tokens. Its access tokens stay valid until they expire.
 * @throws AuthError `invalid_token`, `expired_token`, `revoked_token`
 */
export type RevokeRefresh = (refreshToken: string) => Promise<void>;

export function makeRevokeRefresh(deps: RevokeRefreshDeps): RevokeRefresh {
  return async (refreshToken) => {
    const { session, user } = await checkRefreshToken(deps, refreshToken, deps.clock.now());
    await deps.revocations.add(revocationKey.refreshing(session.id), keptUntil(session.expiresAt));
    deps.events.report({ type: "refresh_token_revoked", userId: user.id, sessionId: session.id });
  };
}
