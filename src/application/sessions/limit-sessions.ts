import type { Session } from "../../domain/session.ts";
import { workOn } from "../paging/batches.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import { type EndSessionDeps, endSession } from "./end-session.ts";
import { filterLive, type OwnSessionsDeps } from "./own-sessions.ts";

export interface LimitSessionsDeps extends EndSessionDeps, OwnSessionsDeps {
  readonly users: UserRepository;
  readonly events: SecurityEvents;
  /** How many live sessions one account may have. */
  readonly maxSessions: number;
}

/** Upper bound on sessions ended per login. After the limit is lowered, later logins end the rest. */
const AT_ONCE = 100;

/**
 * Ends the oldest live sessions of an account that has too many, and forgets dead ones. To be called once a session is
 * stored and before it is acknowledged. All processes rank sessions alike, by beginning and id, and of several that begin
 * at once the last one finds all of them: so exactly `maxSessions` live when all are acknowledged.
 */
export async function limitSessions(deps: LimitSessionsDeps, userId: string, now: Date): Promise<void> {
  const { sessions, maxSessions } = deps;
  if (!(await sessions.hasMoreThan(userId, maxSessions))) return;
  const stored = await sessions.listOf(userId, maxSessions + AT_ONCE);
  // read after the sessions: a user read before could lack the epoch of the newest ones, and they would pass for dead
  const user = await deps.users.findById(userId);
  if (user === undefined) return;
  const live = await filterLive(deps, stored, user, now);
  const living = new Set(live);
  await workOn(
    stored.filter((session) => !living.has(session)),
    // a token of the Flask server begins the session that it has no record of: without the entry, once more
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
