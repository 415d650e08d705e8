import { AuthError } from "../domain/errors.ts";
import { checkRefreshToken } from "./check-token.ts";
import type { Clock } from "./ports/clock.ts";
import type { RevocationRepository } from "./ports/revocations.ts";
import type { SecurityEvents } from "./ports/security-events.ts";
import type { SessionRepository } from "./ports/sessions.ts";
import type { TokenVerifier } from "./ports/tokens.ts";
import type { UserRepository } from "./ports/users.ts";
import { type AccessGrant, type GrantDeps, grantAccess } from "./session-grant.ts";

export interface RefreshDeps extends GrantDeps {
  readonly clock: Clock;
  readonly verifier: TokenVerifier;
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly revocations: RevocationRepository;
  readonly events: SecurityEvents;
}

/**
 * Gives a new access token for the session's newest refresh token, which goes on serving.
 * @throws AuthError `invalid_token`, `expired_token`, `revoked_token`
 */
export type Refresh = (refreshToken: string) => Promise<AccessGrant>;

export function makeRefresh(deps: RefreshDeps): Refresh {
  return async (refreshToken) => {
    const now = deps.clock.now();
    const { claims, session, user } = await checkRefreshToken(deps, refreshToken, now);
    if (claims.generation !== session.generation) throw new AuthError("revoked_token");
    deps.events.report({ type: "token_refreshed", userId: user.id, sessionId: session.id });
    return grantAccess(deps, user, session, now);
  };
}
