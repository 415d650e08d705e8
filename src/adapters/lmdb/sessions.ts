import type { SessionRepository } from "../../application/ports/sessions.ts";
import type { Session } from "../../domain/session.ts";
import type { Environment } from "./environment.ts";
import { isKey, mustBeKeys } from "./key.ts";

const DATES = ["generationStartedAt", "createdAt", "lastUsedAt", "expiresAt"] as const;
type Dates = (typeof DATES)[number];

type SessionRecord = Omit<Session, Dates> & Readonly<Record<Dates, number>>;

/** Sessions by id. */
export function lmdbSessions({ database, read, write }: Environment): SessionRepository {
  const sessions = database<SessionRecord>("sessions");

  return {
    async add(session) {
      mustBeKeys(session.id);
      const isNew = await write(() => {
        if (sessions.doesExist(session.id)) return false;
        sessions.put(session.id, toRecord(session));
        return true;
      });
      if (!isNew) throw new Error("The id is in use");
    },
    find: (id) => read(() => (isKey(id) ? fromRecord(sessions.get(id)) : undefined)),
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
        sessions.put(id, next);
        return next;
      });
      return fromRecord(record);
    },
  };
}

function toRecord(session: Session): SessionRecord {
  const dates = Object.fromEntries(DATES.map((name) => [name, session[name].getTime()]));
  return { ...session, ...(dates as Record<Dates, number>) };
}

function fromRecord(record: SessionRecord | undefined): Session | undefined {
  if (record === undefined) return undefined;
  const dates = Object.fromEntries(DATES.map((name) => [name, new Date(record[name])]));
  return { ...record, ...(dates as Record<Dates, Date>) };
}
