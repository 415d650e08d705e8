import { openExport } from "../../src/adapters/json-lines/read.ts";
import { exportText } from "../../src/adapters/json-lines/write.ts";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { makeExportStore } from "../../src/application/transfer/export-store.ts";
import type { MergeValues } from "../../src/application/transfer/import-record.ts";
import { type Conflict, makeImportStore } from "../../src/application/transfer/import-store.ts";
import type { StoredRecord } from "../../src/application/transfer/stored-records.ts";

export const HEAD = { keys: true, secret: "a fingerprint" };

const later: MergeValues = (stored, imported) => (imported > stored ? imported : stored);
const mergeValues = { "data-a": later, "data-b": later };

export function recordsOf(storage: Storage, keys = true): AsyncIterable<StoredRecord> {
  return makeExportStore({ ...storage, exportedValues: Object.keys(mergeValues) })({ keys });
}

export async function textOf(storage: Storage): Promise<string> {
  return (await collected(exportText(HEAD, recordsOf(storage)).text)).join("");
}

/** Imports and tells the conflicts besides the counts. */
export async function importInto(storage: Storage, records: AsyncIterable<StoredRecord>, keys = true) {
  const conflicts: Conflict[] = [];
  const importStore = makeImportStore({ ...storage, mergeValues });
  const summary = await importStore(records, { keys, conflict: (conflict) => conflicts.push(conflict) });
  return { summary, conflicts };
}

/** Reads a text in pieces of this size. @throws BadExport */
export async function read(text: string | Uint8Array, size = 7): Promise<StoredRecord[]> {
  const { records } = await openExport(pieces(Buffer.from(text), size));
  return collected(records);
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function* each<T>(things: Iterable<T>): AsyncGenerator<T> {
  yield* things;
}

export async function collected<T>(things: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const thing of things) all.push(thing);
  return all;
}
