import type { AuditPlace } from "../ports/storage/audit-trail.ts";

/** Compares two entries of the audit trail: the later one comes first. */
export function latestFirst(a: AuditPlace, b: AuditPlace): number {
  return b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1);
}
