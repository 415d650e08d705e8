import { AuthError } from "../../domain/errors.ts";
import type { Session } from "../../domain/session.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import { type EndSessionDeps, endSession } from "../sessions/end-session.ts";
import { filterLive, type OwnSessionsDeps } from "../sessions/own-sessions.ts";

export interface EndAnySessionDeps extends EndSessionDeps, OwnSessionsDeps {
  readonly clock: Clock;
  readonly users: UserRepository;
  readonly events: SecurityEvents;
}

/**
 * Ends one live session of any account. Resolves to the session before its end.
 * @throws AuthError `not_found` if there is no live session with this id
 */
export type EndAnySession = (sessionId: string) => Promise<Session>;

export function makeEndAnySession(deps: EndAnySessionDeps): EndAnySession {
  return async (sessionId) => {
    const now = deps.clock.now();
    const session = await deps.sessions.find(sessionId);
    const user = session && (await deps.users.findById(session.userId));
    const [living] = user ? await filterLive(deps, [session], user, now) : [];
    if (living === undefined) throw new AuthError("not_found");
    const isEnded = await endSession(deps, living);
    if (isEnded)
      deps.events.report({ type: "session_ended", userId: living.userId, sessionId, by: "operator" });
    return living;
  };
}
