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

const PAGE = 500;

/** The user's sessions that live, the latest begun first. */
export async function liveSessionsOf(deps: OwnSessionsDeps, user: User, now: Date): Promise<Session[]> {
  const live: Session[] = [];
  for (let skip = 0; ; skip += PAGE) {
    const page = await deps.sessions.listOf(user.id, PAGE, skip);
    live.push(...(await livingOf(deps, page, user, now)));
    if (page.length < PAGE) return live;
  }
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
