import { revocationKey } from "../../domain/revocation.ts";
import { isExpired, type Session, sessionEpochOf } from "../../domain/session.ts";
import { acceptsEpoch, type User } from "../../domain/user.ts";
import { batchesOf } from "../paging/batches.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { SessionRepository } from "../ports/storage/sessions.ts";

export interface OwnSessionsDeps {
  readonly sessions: SessionRepository;
  readonly revocations: RevocationRepository;
  readonly sessionIdleTtlMs: number | undefined;
}

const PAGE = 500;

/**
 * The user's live sessions, the newest first, read page by page, so that memory use does not grow with their
 * number.
 */
export async function* liveSessionsOf(deps: OwnSessionsDeps, user: User, now: Date): AsyncGenerator<Session> {
  let last: Session | undefined;
  do {
    const page = await deps.sessions.listOf(user.id, PAGE, last);
    yield* await filterLive(deps, page, user, now);
    last = page.length < PAGE ? undefined : page.at(-1);
  } while (last !== undefined);
}

/** The first `limit` things. */
export async function firstOf<T>(things: AsyncIterable<T>, limit: number): Promise<T[]> {
  for await (const first of batchesOf(things, limit)) return first;
  return [];
}

/** The live ones among these sessions of the user, in the same order. */
export async function filterLive(
  deps: Omit<OwnSessionsDeps, "sessions">,
  sessions: readonly Session[],
  user: User,
  now: Date,
): Promise<Session[]> {
  const inTime = sessions.filter(
    (session) =>
      !isExpired(session, now, deps.sessionIdleTtlMs) && acceptsEpoch(user, sessionEpochOf(session)),
  );
  const ended = await deps.revocations.find(
    inTime.map(({ id }) => revocationKey.session(id)),
    now,
  );
  return inTime.filter(({ id }) => !ended.has(revocationKey.session(id)));
}
