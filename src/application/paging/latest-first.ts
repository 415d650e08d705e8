import type { AuditPlace } from "../ports/storage/audit-trail.ts";

/** Compares two entries of the audit trail for the order in which they are found. */
export function latestFirst(a: AuditPlace, b: AuditPlace): number {
  return b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1);
}
