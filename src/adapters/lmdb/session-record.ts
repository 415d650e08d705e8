import type { Session } from "../../domain/session.ts";
import type { Stored } from "./stored.ts";

export type SessionRecord = Stored<Session>;

export function toRecord(session: Session): SessionRecord {
  return {
    ...session,
    generationStartedAt: session.generationStartedAt.getTime(),
    createdAt: session.createdAt.getTime(),
    lastUsedAt: session.lastUsedAt.getTime(),
    expiresAt: session.expiresAt.getTime(),
  };
}

/** Lists the fields for speed, as for users. */
export function fromRecord(record: SessionRecord): Session {
  return {
    id: record.id,
    userId: record.userId,
    epoch: record.epoch,
    generation: record.generation,
    generationStartedAt: new Date(record.generationStartedAt),
    createdAt: new Date(record.createdAt),
    lastUsedAt: new Date(record.lastUsedAt),
    expiresAt: new Date(record.expiresAt),
    userAgent: record.userAgent,
    ip: record.ip,
  };
}
