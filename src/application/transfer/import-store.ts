import { type ImportRecordDeps, importRecord, type Outcome } from "./import-record.ts";
import { idOf, type Kind, type PerKind, perKind, type StoredRecord } from "./stored-records.ts";

export type ImportStoreDeps = ImportRecordDeps;

/** A record that was left out because it conflicts with the storage. */
export interface Conflict {
  readonly kind: Kind;
  readonly id: string;
  /** The first field that differs, or the one whose value another record has. */
  readonly field: string;
}

export interface Outcomes {
  imported: number;
  alreadyThere: number;
  conflicts: number;
}

export interface ImportOptions {
  /** Whether signing keys are imported or skipped. */
  readonly keys: boolean;
  conflict(conflict: Conflict): void;
}

/**
 * Imports records into a storage in the given order. All are durable once it resolves, and all of one kind are
 * written before the first of the next. Existing records are not overwritten. An interrupted import can be
 * repeated from the first record.
 */
export type ImportStore = (
  records: AsyncIterable<StoredRecord>,
  options: ImportOptions,
) => Promise<PerKind<Outcomes>>;

/** Many enough to let storages write in bulk, and few enough that none waits long for a connection. */
const AT_ONCE = 250;

export function makeImportStore(deps: ImportStoreDeps): ImportStore {
  return async (records, { keys, conflict }) => {
    const summary = perKind<Outcomes>(() => ({ imported: 0, alreadyThere: 0, conflicts: 0 }));
    for await (const batch of batchesOf(records, keys)) {
      const outcomes = await settled(batch.map((record) => importRecord(deps, record)));
      for (const [index, outcome] of outcomes.entries()) {
        count(summary, batch[index] as StoredRecord, outcome, conflict);
      }
    }
    return summary;
  };
}

/** Batches of at most `AT_ONCE` records, each of one kind. */
async function* batchesOf(
  records: AsyncIterable<StoredRecord>,
  keys: boolean,
): AsyncGenerator<StoredRecord[]> {
  let batch: StoredRecord[] = [];
  for await (const record of records) {
    if (record.kind === "signing_key" && !keys) continue;
    if (batch.length === AT_ONCE || (batch[0] && batch[0].kind !== record.kind)) {
      yield batch;
      batch = [];
    }
    batch.push(record);
  }
  if (batch.length > 0) yield batch;
}

/** All outcomes, or the first failure once all promises have settled. */
async function settled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

function count(
  summary: PerKind<Outcomes>,
  record: StoredRecord,
  outcome: Outcome,
  conflict: ImportOptions["conflict"],
): void {
  const counts = summary[record.kind];
  if (typeof outcome === "string") counts[outcome] += 1;
  else {
    counts.conflicts += 1;
    conflict({ kind: record.kind, id: idOf(record), field: outcome.field });
  }
}
