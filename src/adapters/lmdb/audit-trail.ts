import type { Database } from "lmdb";
import { latestFirst } from "../../application/paging/latest-first.ts";
import type {
  AuditEntry,
  AuditPlace,
  AuditQuery,
  AuditTrail,
} from "../../application/ports/storage/audit-trail.ts";
import type { Environment } from "./environment.ts";
import { inGroups } from "./groups.ts";
import { assertKeys, isKey } from "./key.ts";

type Place = [at: number, id: string];
/** A key of an index: the user or the kind, then the place. */
type IndexPlace = [by: string, ...Place];
type EntryRecord = Pick<AuditEntry, "kind" | "facts"> & { readonly userId?: string | undefined };

/** Entries by time, with indexes by user and by kind. */
export function lmdbAuditTrail({ database, read, write }: Environment): AuditTrail {
  const entries = database<EntryRecord, Place>("auditTrail");
  const byUser = database<true, IndexPlace>("auditTrailByUser");
  const byKind = database<true, IndexPlace>("auditTrailByKind");

  function add({ id, at, ...entry }: AuditEntry): void {
    const place: Place = [at.getTime(), id];
    if (entries.doesExist(place)) return;
    entries.put(place, entry);
    byKind.put([entry.kind, ...place], true);
    if (entry.userId !== undefined) byUser.put([entry.userId, ...place], true);
  }

  function forget(place: Place, { kind, userId }: EntryRecord): void {
    entries.remove(place);
    byKind.remove([kind, ...place]);
    if (userId !== undefined) byUser.remove([userId, ...place]);
  }

  /**
   * The walks over the places of one user, of each of several kinds, or of all entries, each the latest first.
   */
  function walks({ userId, kinds, ...times }: AuditQuery, before: AuditPlace | undefined) {
    if (userId !== undefined) return isKey(userId) ? [walk(byUser, [userId], times, before)] : [];
    if (kinds !== undefined) return [...new Set(kinds)].map((kind) => walk(byKind, [kind], times, before));
    return [walk(entries, [], times, before)];
  }

  function* fitting(places: Iterable<Place>, kinds: AuditQuery["kinds"]): Generator<AuditEntry> {
    for (const [at, id] of places) {
      const { kind, userId, facts } = entries.get([at, id]) as EntryRecord;
      if (kinds === undefined || kinds.includes(kind)) yield { id, at: new Date(at), kind, userId, facts };
    }
  }

  return {
    async append(added) {
      assertKeys(...added.flatMap(({ id, userId }) => [id, userId ?? id]));
      // copied now, because the transaction may run later
      const copies = structuredClone(added);
      await write(() => copies.forEach(add));
    },
    find: (query, before, limit) =>
      read(() =>
        walks(query, before)
          .flatMap((places) => upTo(limit, fitting(places, query.kinds)))
          .sort(latestFirst)
          .slice(0, Math.max(0, limit)),
      ),
    sweep: (until, limit) =>
      inGroups(limit, (size) =>
        write(() => {
          // moments are whole milliseconds, so this range ends right before the next one
          const end: [at: number] = [until.getTime() + 1];
          const over = Array.from(entries.getRange({ end: end as never, limit: size }));
          for (const { key, value } of over) forget(key, value);
          return over.length;
        }),
      ),
  };
}

/** Places under a prefix, the latest first, within the times of a query and before a place. */
function* walk<K extends Place | IndexPlace>(
  index: Database<unknown, K>,
  prefix: readonly string[],
  { since, until }: Pick<AuditQuery, "since" | "until">,
  before: AuditPlace | undefined,
): Generator<Place> {
  const latest = before ? [before.at.getTime(), before.id] : [until?.getTime() ?? Infinity];
  const start = [...prefix, ...latest] as readonly unknown[] as K;
  const end = [...prefix, since?.getTime() ?? -Infinity] as readonly unknown[] as K;
  for (const key of index.getKeys({ start, end, reverse: true })) {
    const place = key.slice(-2) as Place;
    // the range includes its start, which the previous page already had
    if (place[1] !== before?.id || place[0] !== latest[0]) yield place;
  }
}

function upTo<T>(limit: number, things: Iterable<T>): T[] {
  const taken: T[] = [];
  if (limit < 1) return taken;
  for (const thing of things) {
    taken.push(thing);
    if (taken.length === limit) break;
  }
  return taken;
}
