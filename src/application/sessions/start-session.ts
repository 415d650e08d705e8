import type { Session } from "../../domain/session.ts";
import { type LimitSessionsDeps, limitSessions } from "./limit-sessions.ts";

export type StartSessionDeps = LimitSessionsDeps;

/**
 * Stores a session that begins now, and ends the account's oldest sessions beyond the limit. Every session
 * begins here. Resolves to the stored session. Its beginning is later than that of all existing sessions, even
 * if the clock is behind, so that it is not among the oldest. It has already ended only if `maxSessions` others
 * began at the same time.
 */
export async function startSession(deps: StartSessionDeps, begun: Session, now: Date): Promise<Session> {
  const [newest] = await deps.sessions.listOf(begun.userId, 1);
  const session = newest === undefined ? begun : startingAfter(newest, begun);
  await deps.sessions.add(session);
  await limitSessions(deps, session.userId, now);
  return session;
}

const LAST_MOMENT = 8.64e15;

function startingAfter(newest: Session, begun: Session): Session {
  const earliest = Math.min(newest.createdAt.getTime() + 1, LAST_MOMENT);
  return begun.createdAt.getTime() >= earliest ? begun : { ...begun, createdAt: new Date(earliest) };
}
