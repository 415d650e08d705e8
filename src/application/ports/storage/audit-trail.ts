import type { SecurityEvent } from "../security-events.ts";

/** What a fact of an event may be; whatever is made of them comes back as it went in. */
export type Fact = string | number | boolean | readonly string[];

/** Facts by name. Nothing secret is ever one. */
export type Facts = Readonly<Record<string, Fact>>;

/** A security event as it is kept. */
export interface AuditEntry {
  /** A UUID. Of the events of one process, a later one has a greater id. */
  readonly id: string;
  readonly at: Date;
  readonly kind: SecurityEvent["type"];
  /** Whose account it was about, if that is known. */
  readonly userId: string | undefined;
  /** What else belongs to the event, and whom it came from. */
  readonly facts: Facts;
}

/** Which entries are asked for: those that fit everything that is given. */
export interface AuditQuery {
  readonly userId?: string | undefined;
  /** Any of these. */
  readonly kinds?: readonly SecurityEvent["type"][] | undefined;
  /** From this moment on. */
  readonly since?: Date | undefined;
  /** Before this moment. */
  readonly until?: Date | undefined;
}

/** Where an entry stands: by its moment, and among those of one moment by id. */
export type AuditPlace = Pick<AuditEntry, "at" | "id">;

/** Keeps what happened. Writes are durable once they resolve. */
export interface AuditTrail {
  /** Adds entries. One that is there already stays as it is, so that a batch may be sent again. */
  append(entries: readonly AuditEntry[]): Promise<void>;
  /** Up to so many entries, the latest first, of those before a place if one is given. */
  find(query: AuditQuery, before: AuditPlace | undefined, limit: number): Promise<AuditEntry[]>;
  /** Forgets up to so many entries that are not after the moment. Resolves to how many it forgot. */
  sweep(until: Date, limit: number): Promise<number>;
}
