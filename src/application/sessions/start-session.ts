import { acrOf } from "../../domain/authentication.ts";
import { AuthError } from "../../domain/errors.ts";
import { hasSecondFactor, usedSecondFactor } from "../../domain/factors/factors.ts";
import type { Session } from "../../domain/session.ts";
import { type LimitSessionsDeps, limitSessions } from "./limit-sessions.ts";

export type StartSessionDeps = LimitSessionsDeps;

/**
 * Begins a session, unless its account got a second factor while its user logged in without one. The account is read after
 * the session is stored: a factor that was set up before is seen here, and a call that sets one up later can list the
 * session. A session that is refused so may have ended the oldest one.
 * @throws AuthError `second_factor_required`; the session is removed then
 */
export async function startSession(deps: StartSessionDeps, begun: Session, now: Date): Promise<Session> {
  const session = await addSession(deps, begun);
  const [owner] = await Promise.all([
    deps.users.findById(session.userId),
    limitSessions(deps, session.userId, now),
  ]);
  const { amr, authenticatedAt } = session;
  const used = usedSecondFactor({ acr: acrOf(amr), authenticatedAt }, owner?.factors);
  if (used || !hasSecondFactor(owner?.factors)) return session;
  await deps.sessions.remove(session.id);
  throw new AuthError("second_factor_required");
}

/**
 * Stores a session that begins now, and ends the account's oldest sessions beyond the limit. Resolves to the stored
 * session. It has already ended only if `maxSessions` others began at the same time.
 */
export async function storeSession(deps: StartSessionDeps, begun: Session, now: Date): Promise<Session> {
  const session = await addSession(deps, begun);
  await limitSessions(deps, session.userId, now);
  return session;
}

/**
 * Adds the session. Its beginning is later than that of all existing sessions, even if the clock is behind, so that it is not
 * among the oldest.
 */
async function addSession({ sessions }: StartSessionDeps, begun: Session): Promise<Session> {
  const [newest] = await sessions.listOf(begun.userId, 1);
  const session = newest === undefined ? begun : startingAfter(newest, begun);
  await sessions.add(session);
  return session;
}

const LAST_MOMENT = 8.64e15;

function startingAfter(newest: Session, begun: Session): Session {
  const earliest = Math.min(newest.createdAt.getTime() + 1, LAST_MOMENT);
  return begun.createdAt.getTime() >= earliest ? begun : { ...begun, createdAt: new Date(earliest) };
}
