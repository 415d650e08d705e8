import { latestFirst } from "../../application/paging/latest-first.ts";
import type {
  AuditEntry,
  AuditPlace,
  AuditQuery,
  AuditTrail,
} from "../../application/ports/storage/audit-trail.ts";
import { forgetSome, type Step } from "./step.ts";

/** Entries by id. */
export function memoryAuditTrail(step: Step): AuditTrail {
  const entries = new Map<string, AuditEntry>();

  return {
    append: (added) =>
      step(() => {
        for (const entry of added) if (!entries.has(entry.id)) entries.set(entry.id, structuredClone(entry));
      }),
    find: (query, before, limit) =>
      step(() => {
        const found = [...entries.values()].filter((entry) => fits(entry, query, before));
        return structuredClone(found.sort(latestFirst).slice(0, Math.max(0, limit)));
      }),
    sweep: (until, limit) => forgetSome(step, entries, ({ at }) => at <= until, limit),
  };
}

function fits(
  entry: AuditEntry,
  { userId, kinds, since, until }: AuditQuery,
  before: AuditPlace | undefined,
): boolean {
  return (
    (userId === undefined || entry.userId === userId) &&
    (kinds === undefined || kinds.includes(entry.kind)) &&
    (since === undefined || entry.at >= since) &&
    (until === undefined || entry.at < until) &&
    (before === undefined || latestFirst(entry, before) > 0)
  );
}
