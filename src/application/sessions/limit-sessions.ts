import type { Session } from "../../domain/session.ts";
import { workOn } from "../paging/batches.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import { type EndSessionDeps, endSession } from "./end-session.ts";
import { filterLive, type OwnSessionsDeps } from "./own-sessions.ts";

export interface LimitSessionsDeps extends EndSessionDeps, OwnSessionsDeps {
  readonly users: UserRepository;
  readonly events: SecurityEvents;
  /** The most live sessions that one account may have. */
  readonly maxSessions: number;
}

/** Upper bound on sessions ended per login. After the limit is lowered, later logins end the rest. */
const AT_ONCE = 100;

/**
 * Ends the oldest live sessions of an account that has too many, and removes ended ones. Must be called after a
 * session is stored and before it is acknowledged. All processes order sessions by beginning and id, and of
 * several concurrent calls the last one sees all sessions; so exactly `maxSessions` are live once all are
 * acknowledged.
 */
export async function limitSessions(deps: LimitSessionsDeps, userId: string, now: Date): Promise<void> {
  const { sessions, maxSessions } = deps;
  if (!(await sessions.hasMoreThan(userId, maxSessions))) return;
  const stored = await sessions.listOf(userId, maxSessions + AT_ONCE);
  // read after the sessions: a user read earlier could have an older epoch than the newest sessions, which
  // would then count as ended
  const user = await deps.users.findById(userId);
  if (user === undefined) return;
  const live = await filterLive(deps, stored, user, now);
  const living = new Set(live);
  await workOn(
    stored.filter((session) => !living.has(session)),
    // without this entry, a token of the Flask server would begin its session again
    async (session) => {
      if (now < session.expiresAt) await endSession(deps, session);
      else await sessions.remove(session.id);
    },
  );
  await workOn(live.slice(maxSessions), (session) => endSurplus(deps, session));
}

async function endSurplus(deps: LimitSessionsDeps, session: Session): Promise<void> {
  const { id: sessionId, userId } = session;
  const isEnded = await endSession(deps, session);
  if (isEnded) deps.events.report({ type: "session_ended", userId, sessionId, by: "session_limit" });
}
