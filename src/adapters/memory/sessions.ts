import type { SessionPlace, SessionRepository } from "../../application/ports/storage/sessions.ts";
import type { Session } from "../../domain/session.ts";
import { addNew, forgetSome, inGroups, pageOf, type Step } from "./step.ts";

/** Sessions by id, and the places of each user's sessions, the oldest first. */
export function memorySessions(step: Step): SessionRepository {
  const sessions = new Map<string, Session>();
  const byUser = new Map<string, SessionPlace[]>();

  const placesOf = (userId: string) => byUser.get(userId) ?? [];

  function forget(id: string): void {
    const session = sessions.get(id);
    if (session === undefined) return;
    sessions.delete(id);
    const places = placesOf(session.userId);
    places.splice(countBefore(places, session), 1);
    if (places.length === 0) byUser.delete(session.userId);
  }

  /** At most `size` sessions of the user, the newest first, starting after `after`. */
  function someOf(userId: string, after: SessionPlace | undefined, size: number): Session[] {
    const places = placesOf(userId);
    const end = after === undefined ? places.length : countBefore(places, after);
    const some = places.slice(Math.max(0, end - size), end).reverse();
    return some.flatMap(({ id }) => sessions.get(id) ?? []);
  }

  return {
    add: (session) =>
      step(() => {
        addNew(sessions, session.id, session);
        const { id, userId, createdAt } = session;
        const places = placesOf(userId);
        byUser.set(userId, places);
        places.splice(countBefore(places, session), 0, { id, createdAt: new Date(createdAt) });
      }),
    find: (id) => step(() => structuredClone(sessions.get(id))),
    advance: (id, expectedGeneration, at) =>
      step(() => {
        const session = sessions.get(id);
        if (session?.generation !== expectedGeneration) return undefined;
        const next = {
          ...session,
          generation: expectedGeneration + 1,
          generationStartedAt: at,
          lastUsedAt: at,
        };
        sessions.set(id, structuredClone(next));
        return next;
      }),
    authenticate: (id, expectedAt, { authenticatedAt, amr }) =>
      step(() => {
        const session = sessions.get(id);
        if (session?.authenticatedAt.getTime() !== expectedAt.getTime()) return undefined;
        const lastUsedAt = session.lastUsedAt < authenticatedAt ? authenticatedAt : session.lastUsedAt;
        const next = structuredClone({ ...session, authenticatedAt, amr, lastUsedAt });
        sessions.set(id, next);
        return structuredClone(next);
      }),
    touch: (id, at) =>
      step(() => {
        const session = sessions.get(id);
        if (session && session.lastUsedAt < at) sessions.set(id, { ...session, lastUsedAt: new Date(at) });
      }),
    async listOf(userId, limit, after) {
      const listed: Session[] = [];
      await inGroups(step, limit, (size) => {
        const some = structuredClone(someOf(userId, listed.at(-1) ?? after, size));
        listed.push(...some);
        return some.length;
      });
      return listed;
    },
    hasMoreThan: (userId, count) => step(() => placesOf(userId).length > count),
    list: (after, limit) =>
      step(() => pageOf(sessions, after, limit).map(([, session]) => structuredClone(session))),
    remove: (id) => step(() => forget(id)),
    async removeEarlier(userId, epoch, kept) {
      let last: SessionPlace | undefined;
      await inGroups(step, Infinity, (size) => {
        const some = someOf(userId, last, size);
        for (const { id, epoch: own } of some) if (own < epoch && id !== kept) forget(id);
        last = some.at(-1);
        return some.length;
      });
    },
    sweep: (until, limit) => forgetSome(step, sessions, ({ expiresAt }) => expiresAt <= until, limit, forget),
  };
}

/** The number of places before this one. `places` must be sorted. */
function countBefore(places: readonly SessionPlace[], place: SessionPlace): number {
  let low = 0;
  for (let high = places.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (isBefore(places[middle] as SessionPlace, place)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(a: SessionPlace, b: SessionPlace): boolean {
  const ms = a.createdAt.getTime() - b.createdAt.getTime();
  return ms < 0 || (ms === 0 && a.id < b.id);
}
