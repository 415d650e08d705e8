import type { Session } from "../domain/session.ts";
import { type EndSessionDeps, endSession } from "./end-session.ts";
import type { SecurityEvents } from "./ports/security-events.ts";

export interface LimitSessionsDeps extends EndSessionDeps {
  readonly events: SecurityEvents;
  /** How many sessions one account may have. */
  readonly maxSessions: number;
}

/** A login ends at most as many; where there are more, since the limit was lowered, the next logins end the others. */
const AT_ONCE = 20;

/**
 * Ends the oldest sessions of an account that has too many, once a new one is stored. All processes rank them alike, by
 * beginning and id, and of several logins at once the last one sees the sessions of all: so `maxSessions` are left when
 * all are answered.
 */
export async function limitSessions(deps: LimitSessionsDeps, begun: Session): Promise<void> {
  const surplus = await deps.sessions.listOf(begun.userId, AT_ONCE, deps.maxSessions);
  for (const session of surplus) {
    await endSession(deps, session);
    const { id: sessionId, userId } = session;
    deps.events.report({ type: "session_ended", userId, sessionId, by: "session_limit" });
  }
}
