import type { Database } from "lmdb";

/** LMDB's own limit is 1,978 bytes; the keys of indexes are made of up to two texts and a number. */
const MAX_BYTES = 900;

/**
 * Control characters and lone surrogates are written in ways that depend on a key's length, so that two
 * keys could meet in one.
 */
const AMBIGUOUS = /[\p{Cc}\p{Cs}]/u;

/** Whether text can be a key. What cannot was never stored, so a lookup need not ask. */
export function isKey(text: string): boolean {
  return (
    text !== "" && text.length <= MAX_BYTES && Buffer.byteLength(text) <= MAX_BYTES && !AMBIGUOUS.test(text)
  );
}

/** @throws Error where one of the texts cannot be a key: to be called before anything is written. */
export function mustBeKeys(...texts: readonly string[]): void {
  if (!texts.every(isKey))
    throw new Error("The store cannot hold a key that is empty, too long or not plain text");
}

/** Up to so many entries of a database, by key upwards, from the first one after `after`. */
export function pageOf<V>(database: Database<V, string>, after: string | undefined, limit: number) {
  if (limit < 1) return [];
  const start = after === undefined ? {} : { start: after, exclusiveStart: true };
  return Array.from(database.getRange({ ...start, limit }));
}
