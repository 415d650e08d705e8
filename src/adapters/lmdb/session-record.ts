import type { Session } from "../../domain/session.ts";

const DATES = ["generationStartedAt", "createdAt", "lastUsedAt", "expiresAt"] as const;
type Dates = (typeof DATES)[number];

/** A session as JSON holds it: its dates in milliseconds. */
export type SessionRecord = Omit<Session, Dates> & Readonly<Record<Dates, number>>;

export function toRecord(session: Session): SessionRecord {
  const dates = Object.fromEntries(DATES.map((name) => [name, session[name].getTime()]));
  return { ...session, ...(dates as Record<Dates, number>) };
}

export function fromRecord(record: SessionRecord): Session {
  const dates = Object.fromEntries(DATES.map((name) => [name, new Date(record[name])]));
  return { ...record, ...(dates as Record<Dates, Date>) };
}
