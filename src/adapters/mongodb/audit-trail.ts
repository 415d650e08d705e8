import { type Filter, MongoBulkWriteError } from "mongodb";
import type {
  AuditEntry,
  AuditPlace,
  AuditQuery,
  AuditTrail,
} from "../../application/ports/storage/audit-trail.ts";
import type { Connection } from "./connection.ts";
import { assertStorable, DUPLICATE_KEY, inOneBatch, isStorable, sweepBefore } from "./documents.ts";
import type { Index } from "./indexes.ts";

type EntryDocument = Omit<AuditEntry, "id" | "userId"> & { readonly _id: string; readonly userId?: string };

const LATEST_FIRST = { at: -1, _id: -1 } as const;

// no TTL index, because the retention is a setting and may change
export const auditTrailIndexes: readonly Index[] = [
  { name: "by_time", key: LATEST_FIRST },
  { name: "by_user", key: { userId: 1, ...LATEST_FIRST } },
  { name: "by_kind", key: { kind: 1, ...LATEST_FIRST } },
];

/** Entries by id. */
export function mongoAuditTrail({ collection, call }: Connection): AuditTrail {
  const entries = collection<EntryDocument>("audit_trail");

  return {
    append: (added) =>
      call(async () => {
        if (added.length === 0) return;
        assertStorable(...added.flatMap(({ id, userId }) => [id, userId ?? ""]));
        const documents = added.map(({ id, ...entry }) => ({ _id: id, ...entry }) as EntryDocument);
        // unordered: each entry is tried even if others fail
        const options = { ordered: false, ignoreUndefined: true };
        await entries.insertMany(documents, options).catch(unlessThereAlready);
      }),
    find: (query, before, limit) =>
      call(async () => {
        // MongoDB takes 0 as no limit
        if (limit < 1 || !isStorable(query.userId ?? "")) return [];
        const options = { sort: LATEST_FIRST, ...inOneBatch(limit) };
        return (await entries.find(filterOf(query, before), options).toArray()).map(fromDocument);
      }),
    sweep: (until, limit) => call(() => sweepBefore(entries, "at", until, limit)),
  };
}

/** Ignores a duplicate key: ids are unique, so the entry was already sent. */
function unlessThereAlready(error: unknown): void {
  const isHarmless =
    error instanceof MongoBulkWriteError &&
    error.result.getWriteConcernError() === undefined &&
    [error.writeErrors].flat().every(({ code }) => code === DUPLICATE_KEY);
  if (!isHarmless) throw error;
}

function filterOf(
  { userId, kinds, since, until }: AuditQuery,
  before: AuditPlace | undefined,
): Filter<EntryDocument> {
  const times = {
    ...(since && { $gte: since }),
    ...(until && { $lt: until }),
    ...(before && { $lte: before.at }),
  };
  return {
    ...(userId !== undefined && { userId }),
    ...(kinds && { kind: { $in: [...kinds] } }),
    ...(Object.keys(times).length > 0 && { at: times }),
    ...(before && { $or: [{ at: { $lt: before.at } }, { _id: { $lt: before.id } }] }),
  };
}

function fromDocument({ _id, at, kind, userId, facts }: EntryDocument): AuditEntry {
  return { id: _id, at, kind, userId, facts };
}
