import { revocationKey } from "../domain/revocation.ts";
import { isOver, originOf, type Session } from "../domain/session.ts";
import { standsBehind, type User } from "../domain/user.ts";
import type { RevocationRepository } from "./ports/revocations.ts";
import type { SessionRepository } from "./ports/sessions.ts";

export interface OwnSessionsDeps {
  readonly sessions: SessionRepository;
  readonly revocations: RevocationRepository;
  readonly sessionIdleTtlMs: number | undefined;
}

/** More than anyone has; what is dead is tidied away. */
const MOST = 1_000;

/** The user's sessions that live, the latest begun first. */
export async function liveSessionsOf(deps: OwnSessionsDeps, user: User, now: Date): Promise<Session[]> {
  return livingOf(deps, await deps.sessions.listOf(user.id, MOST), user, now);
}

/** Those of these sessions of the user that live, in the same order. */
export async function livingOf(
  deps: Omit<OwnSessionsDeps, "sessions">,
  sessions: readonly Session[],
  user: User,
  now: Date,
): Promise<Session[]> {
  const inTime = sessions.filter(
    (session) => !isOver(session, now, deps.sessionIdleTtlMs) && standsBehind(user, originOf(session)),
  );
  const ended = await deps.revocations.find(
    inTime.map(({ id }) => revocationKey.session(id)),
    now,
  );
  return inTime.filter(({ id }) => !ended.has(revocationKey.session(id)));
}
