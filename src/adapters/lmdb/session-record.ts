import type { Authentication } from "../../domain/authentication.ts";
import { type Session, withAuthentication } from "../../domain/session.ts";
import type { StoredWith } from "./stored.ts";

/** Earlier versions stored no authentication. */
export type SessionRecord = StoredWith<Session, keyof Authentication>;

export function toRecord(session: Session): SessionRecord {
  return {
    ...session,
    generationStartedAt: session.generationStartedAt.getTime(),
    createdAt: session.createdAt.getTime(),
    lastUsedAt: session.lastUsedAt.getTime(),
    expiresAt: session.expiresAt.getTime(),
    authenticatedAt: session.authenticatedAt.getTime(),
  };
}

/** Lists the fields for speed, as for users. */
export function fromRecord(record: SessionRecord): Session {
  const { authenticatedAt } = record;
  return withAuthentication({
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
    authenticatedAt: authenticatedAt === undefined ? undefined : new Date(authenticatedAt),
    amr: record.amr,
  });
}
