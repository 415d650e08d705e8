import type { Session } from "../../domain/session.ts";
import type { Clock } from "../ports/clock.ts";
import { type AccessCheckDeps, checkAccessToken } from "../tokens/check-token.ts";
import { firstOf, liveSessionsOf, type OwnSessionsDeps } from "./own-sessions.ts";

export interface ListSessionsDeps extends AccessCheckDeps, OwnSessionsDeps {
  readonly clock: Clock;
}

export interface ListedSession extends Session {
  /** Whether it is the session of the token. */
  readonly current: boolean;
}

const MOST = 100;

/**
 * The newest 100 live sessions of the token's user, the newest first.
 * @throws AuthError `invalid_token`, `expired_token`, `revoked_token`
 */
export type ListSessions = (accessToken: string) => Promise<ListedSession[]>;

export function makeListSessions(deps: ListSessionsDeps): ListSessions {
  return async (accessToken) => {
    const now = deps.clock.now();
    const { claims, user } = await checkAccessToken(deps, accessToken, now);
    const sessions = await firstOf(liveSessionsOf(deps, user, now), MOST);
    return sessions.map((session) => ({ ...session, current: session.id === claims.sessionId }));
  };
}
