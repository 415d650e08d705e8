import type { SessionRepository } from "../../application/ports/storage/sessions.ts";
import type { Session } from "../../domain/session.ts";
import type { Environment } from "./environment.ts";
import { inGroups } from "./groups.ts";
import { assertKeys, isKey } from "./key.ts";
import { fromRecord, type SessionRecord, toRecord } from "./session-record.ts";
import { openSessionTable } from "./session-table.ts";

/** Session storage. Each write is one transaction over the sessions and their indexes. */
export function lmdbSessions(environment: Environment): SessionRepository {
  const { read, write } = environment;
  const sessions = openSessionTable(environment);

  return {
    async add(session) {
      assertKeys(session.id, session.userId);
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
    async authenticate(id, expectedAt, { authenticatedAt, amr }) {
      if (!isKey(id)) return undefined;
      const record = await write(() => {
        const session = sessions.get(id);
        if (session === undefined) return undefined;
        if (fromRecord(session).authenticatedAt.getTime() !== expectedAt.getTime()) return undefined;
        const at = authenticatedAt.getTime();
        const lastUsedAt = Math.max(session.lastUsedAt, at);
        const next = { ...session, authenticatedAt: at, amr, lastUsedAt };
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
    async listOf(userId, limit, after) {
      const listed: Session[] = [];
      if (!isKey(userId)) return listed;
      let last = after && { id: after.id, createdAt: after.createdAt.getTime() };
      await inGroups(limit, async (size) => {
        const records = await read(() => sessions.of(userId, last, size));
        listed.push(...records.map(fromRecord));
        last = records.at(-1);
        return records.length;
      });
      return listed;
    },
    hasMoreThan: (userId, count) => read(() => isKey(userId) && sessions.hasMoreThan(userId, count)),
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
      await inGroups(Infinity, async (size) => {
        const records = await write(() => {
          const found = sessions.of(userId, last, size);
          for (const session of found) {
            if (session.epoch < epoch && session.id !== kept) sessions.remove(session);
          }
          return found;
        });
        last = records.at(-1);
        return records.length;
      });
    },
    sweep: (until, limit) =>
      inGroups(limit, (size) =>
        write(() => {
          const over = sessions.endedBy(until.getTime(), size);
          for (const session of over) sessions.remove(session);
          return over.length;
        }),
      ),
  };
}
