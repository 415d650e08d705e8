import { AuthError } from "../../domain/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { checkAccessToken, type RefreshCheckDeps } from "../tokens/check-token.ts";
import { endSession } from "./end-session.ts";
import { filterLive } from "./own-sessions.ts";

export interface EndOwnSessionDeps extends RefreshCheckDeps {
  readonly clock: Clock;
  readonly events: SecurityEvents;
}

/**
 * Ends one live session of the token's user, which may be the token's own.
 * @throws AuthError `not_found` for any other; `invalid_token`, `expired_token`, `revoked_token`
 */
export type EndOwnSession = (accessToken: string, sessionId: string) => Promise<void>;

export function makeEndOwnSession(deps: EndOwnSessionDeps): EndOwnSession {
  return async (accessToken, sessionId) => {
    const now = deps.clock.now();
    const { user } = await checkAccessToken(deps, accessToken, now);
    const session = await deps.sessions.find(sessionId);
    const [living] = session?.userId === user.id ? await filterLive(deps, [session], user, now) : [];
    if (living === undefined) throw new AuthError("not_found");
    const isEnded = await endSession(deps, living);
    if (isEnded) deps.events.report({ type: "session_ended", userId: user.id, sessionId, by: "its_user" });
  };
}
