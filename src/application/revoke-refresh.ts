import { keptUntil, revocationKey } from "../domain/revocation.ts";
import { checkRefreshToken } from "./check-token.ts";
import type { Clock } from "./ports/clock.ts";
import type { RevocationRepository } from "./ports/revocations.ts";
import type { SecurityEvents } from "./ports/security-events.ts";
import type { SessionRepository } from "./ports/sessions.ts";
import type { TokenVerifier } from "./ports/tokens.ts";
import type { UserRepository } from "./ports/users.ts";

export interface RevokeRefreshDeps {
  readonly clock: Clock;
  readonly verifier: TokenVerifier;
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly revocations: RevocationRepository;
  readonly events: SecurityEvents;
}

/**
 * Ends refreshing in this session; its access tokens live on to their own end.
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
