import type { Environment } from "./environment.ts";
import { pageOf } from "./key.ts";
import type { SessionRecord } from "./session-record.ts";
import { openTimeIndex, type TimeIndex } from "./time-index.ts";

type Place = Pick<SessionRecord, "id" | "createdAt">;

/** Sessions by id, with indexes by user and by end. For use within a read or a write. */
export interface SessionTable {
  get(id: string): SessionRecord | undefined;
  add(session: SessionRecord): void;
  /** Replaces a session. Its user, its beginning and its end never change. */
  replace(session: SessionRecord): void;
  remove(session: SessionRecord): void;
  /** At most `limit` sessions in ascending order of ids, starting after `after`. */
  page(after: string | undefined, limit: number): SessionRecord[];
  /** At most `limit` sessions of a user, the newest first, starting after `last`. */
  of(userId: string, last: Place | undefined, limit: number): SessionRecord[];
  /** Whether a user has more sessions than `count`. */
  hasMoreThan(userId: string, count: number): boolean;
  /** At most `limit` sessions that end at or before the moment. */
  endedBy(moment: number, limit: number): SessionRecord[];
}

export function openSessionTable(environment: Environment): SessionTable {
  const sessions = environment.database<SessionRecord>("sessions");
  const byUser = environment.database<true, PlaceOfSession>("sessionsByUser");
  const ends: TimeIndex = openTimeIndex(environment, "sessionsByEnd");

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
    of(userId, last, limit) {
      const start = last === undefined ? [userId, Infinity] : [userId, last.createdAt, last.id];
      const places = byUser.getKeys({ start, end: [userId], reverse: true, limit: limit + 1 });
      const ids = Array.from(places, ([, , id]) => id).filter((id) => id !== last?.id);
      return getAll(ids.slice(0, limit));
    },
    hasMoreThan(userId, count) {
      const places = byUser.getKeys({
        start: [userId, Infinity],
        end: [userId],
        reverse: true,
        limit: count + 1,
      });
      return Array.from(places).length > count;
    },
    endedBy: (moment, limit) => getAll(ends.upTo(moment, limit)),
  };
}

type PlaceOfSession = [userId: string, createdAt: number, id: string];

function placeOf({ userId, createdAt, id }: SessionRecord): PlaceOfSession {
  return [userId, createdAt, id];
}
