import { type Ends, openEnds } from "./ends.ts";
import type { Environment } from "./environment.ts";
import { pageOf } from "./key.ts";
import type { SessionRecord } from "./session-record.ts";

/** Sessions by id, with their indexes by user and by end. To be used within a read or a write. */
export interface SessionTable {
  get(id: string): SessionRecord | undefined;
  add(session: SessionRecord): void;
  /** Stores a session anew; its user, its beginning and its end never change. */
  replace(session: SessionRecord): void;
  remove(session: SessionRecord): void;
  /** Up to so many sessions, by id upwards, from the first one after `after`. */
  page(after: string | undefined, limit: number): SessionRecord[];
  /** At most `limit` sessions of a user, the latest begun first, after the first `offset`. */
  of(userId: string, limit: number, offset?: number): SessionRecord[];
  /** At most `limit` sessions of a user, the latest begun first, of those begun before `last`. */
  before(userId: string, last: SessionRecord | undefined, limit: number): SessionRecord[];
  /** Up to so many sessions that end at or before the moment. */
  endedBy(moment: number, limit: number): SessionRecord[];
}

export function openSessionTable(environment: Environment): SessionTable {
  const sessions = environment.database<SessionRecord>("sessions");
  const byUser = environment.database<true, PlaceOfSession>("sessionsByUser");
  const ends: Ends = openEnds(environment, "sessionsByEnd");

  const get = (id: string) => sessions.get(id);
  const getAll = (ids: string[]) => ids.map(get).filter((session) => session !== undefined);

  return {
    get,
    add(session) {
      sessions.put(session.id, session);
      byUser.put(placeOf(session), true);
      ends.put(session.expiresAt, session.id);
    },
    replace: (session) => void sessions.put(session.id, session),
    remove(session) {
      sessions.remove(session.id);
      byUser.remove(placeOf(session));
      ends.remove(session.expiresAt, session.id);
    },
    page: (after, limit) => pageOf(sessions, after, limit).map(({ value }) => value),
    of: (userId, limit, offset = 0) => {
      const latestFirst = { start: [userId, Infinity], end: [userId], reverse: true, limit, offset };
      return getAll(Array.from(byUser.getKeys(latestFirst), ([, , id]) => id));
    },
    before(userId, last, limit) {
      const start = last === undefined ? [userId, Infinity] : placeOf(last);
      const places = byUser.getKeys({ start, end: [userId], reverse: true, limit: limit + 1 });
      const ids = Array.from(places, ([, , id]) => id).filter((id) => id !== last?.id);
      return getAll(ids.slice(0, limit));
    },
    endedBy: (moment, limit) => getAll(ends.upTo(moment, limit)),
  };
}

type PlaceOfSession = [userId: string, createdAt: number, id: string];

function placeOf({ userId, createdAt, id }: SessionRecord): PlaceOfSession {
  return [userId, createdAt, id];
}
