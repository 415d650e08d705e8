import { setImmediate } from "node:timers/promises";
import type { SessionRepository } from "../../application/ports/sessions.ts";
import type { Session } from "../../domain/session.ts";
import type { Environment } from "./environment.ts";
import { isKey, mustBeKeys } from "./key.ts";
import { fromRecord, type SessionRecord, toRecord } from "./session-record.ts";
import { openSessionTable } from "./session-table.ts";

/** As many sessions are read or removed in well under 20 ms. Between two such groups the event loop does other work. */
const GROUP = 200;

/** Each write is one transaction over the sessions and their indexes. */
export function lmdbSessions(environment: Environment): SessionRepository {
  const { read, write } = environment;
  const sessions = openSessionTable(environment);

  return {
    async add(session) {
      mustBeKeys(session.id, session.userId);
      const isNew = await write(() => {
        if (sessions.get(session.id) !== undefined) return false;
        sessions.add(toRecord(session));
        return true;
      });
      if (!isNew) throw new Error("The id is in use");
    },
    async find(id) {
      const record = await read(() => (isKey(id) ? sessions.get(id) : undefined));
      return record && fromRecord(record);
    },
    async advance(id, expectedGeneration, at) {
      if (!isKey(id)) return undefined;
      const now = at.getTime();
      const record = await write(() => {
        const session = sessions.get(id);
        if (session?.generation !== expectedGeneration) return undefined;
        const next = {
          ...session,
          generation: expectedGeneration + 1,
          generationStartedAt: now,
          lastUsedAt: now,
        };
        sessions.replace(next);
        return next;
      });
      return record && fromRecord(record);
    },
    async touch(id, at) {
      if (!isKey(id)) return;
      const now = at.getTime();
      await write(() => {
        const session = sessions.get(id);
        if (session && session.lastUsedAt < now) sessions.replace({ ...session, lastUsedAt: now });
      });
    },
    async listOf(userId, limit, skip = 0) {
      const listed: Session[] = [];
      for (let group = GROUP; isKey(userId) && listed.length < limit && group === GROUP; ) {
        if (listed.length > 0) await setImmediate();
        const size = Math.min(GROUP, limit - listed.length);
        const records = await read(() => sessions.of(userId, size, skip + listed.length));
        listed.push(...records.map(fromRecord));
        group = records.length;
      }
      return listed;
    },
    list: (after, limit) => read(() => sessions.page(after, limit).map(fromRecord)),
    async remove(id) {
      if (!isKey(id)) return;
      await write(() => {
        const session = sessions.get(id);
        if (session) sessions.remove(session);
      });
    },
    async removeEarlier(userId, epoch, kept) {
      if (!isKey(userId)) return;
      let last: SessionRecord | undefined;
      let group: number;
      do {
        const from = last;
        const records = await write(() => {
          const found = sessions.before(userId, from, GROUP);
          for (const session of found) {
            if (session.epoch < epoch && session.id !== kept) sessions.remove(session);
          }
          return found;
        });
        last = records.at(-1);
        group = records.length;
      } while (group === GROUP);
    },
    sweep: (until, limit) =>
      write(() => {
        const over = sessions.endedBy(until.getTime(), limit);
        for (const session of over) sessions.remove(session);
        return over.length;
      }),
  };
}
