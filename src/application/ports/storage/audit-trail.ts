import type { SecurityEvent } from "../security-events.ts";

/** A value that a fact of an event may have. It is returned as it was stored. */
export type Fact = string | number | boolean | readonly string[];

/** Facts by name. Nothing secret is ever one. */
export type Facts = Readonly<Record<string, Fact>>;

/** A stored security event. */
export interface AuditEntry {
  /** A UUID. Of the events of one process, a later one has a greater id. */
  readonly id: string;
  readonly at: Date;
  readonly kind: SecurityEvent["type"];
  /** The account that the event is about, if it is known. */
  readonly userId: string | undefined;
  /** The other facts of the event, and where it came from. */
  readonly facts: Facts;
}

/** A filter of entries. An entry must match every criterion that is given. */
export interface AuditQuery {
  readonly userId?: string | undefined;
  /** Any of these. */
  readonly kinds?: readonly SecurityEvent["type"][] | undefined;
  /** From this moment on. */
  readonly since?: Date | undefined;
  /** Before this moment. */
  readonly until?: Date | undefined;
}

/** The position of an entry: by time, then by id. */
export type AuditPlace = Pick<AuditEntry, "at" | "id">;

/** Stores security events. Writes are durable once they resolve. */
export interface AuditTrail {
  /** Adds entries. An entry that is stored already stays as it is, so that a batch can be repeated. */
  append(entries: readonly AuditEntry[]): Promise<void>;
  /** At most `limit` entries, the latest first, of those that come after `before` in that order. */
  find(query: AuditQuery, before: AuditPlace | undefined, limit: number): Promise<AuditEntry[]>;
  /** Removes at most `limit` entries of the time `until` or earlier. Resolves to how many it removed. */
  sweep(until: Date, limit: number): Promise<number>;
}
