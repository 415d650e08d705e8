import { AuthError } from "../../domain/errors.ts";
import { sessionEpochOf } from "../../domain/session.ts";
import { acceptsEpoch } from "../../domain/user.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { RefreshCheckDeps } from "../tokens/check-token.ts";
import { readEitherToken } from "../tokens/read-either-token.ts";
import { endSession } from "./end-session.ts";

export interface LogoutDeps extends RefreshCheckDeps {
  readonly clock: Clock;
  readonly events: SecurityEvents;
}

/**
 * Ends the session of an access or refresh token, which may have expired or been superseded. Once this resolves, every
 * token of the session is revoked.
 * @throws AuthError `invalid_token`, `revoked_token`
 */
export type Logout = (token: string) => Promise<void>;

export function makeLogout(deps: LogoutDeps): Logout {
  return async (token) => {
    const now = deps.clock.now();
    const { userId, sessionId, access, keys, assertNotRevoked } = await readEitherToken(
      deps.verifier,
      token,
      now,
    );
    const [user, session, revokedKeys] = await Promise.all([
      deps.users.findById(userId),
      deps.sessions.find(sessionId),
      deps.revocations.find(keys, now),
    ]);
    assertNotRevoked(revokedKeys);
    if (session !== undefined && session.userId !== userId) throw new AuthError("invalid_token");
    // an access token carries its epoch; that of a refresh token is its session's
    const epoch = access ?? (session && sessionEpochOf(session));
    const ended = session ?? (access && { id: sessionId, expiresAt: access.expiresAt });
    if (!user || !epoch || !ended || !acceptsEpoch(user, epoch)) throw new AuthError("revoked_token");
    const isEnded = await endSession(deps, ended);
    if (isEnded) deps.events.report({ type: "session_ended", userId, sessionId, by: "logout" });
  };
}
