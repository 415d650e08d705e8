import type { Database } from "lmdb";

/** LMDB's own limit is 1,978 bytes, and keys of indexes consist of at most two texts and a number. */
const MAX_BYTES = 900;

/**
 * The encoding of control characters and lone surrogates depends on a key's length, so that two different keys
 * could have the same encoding.
 */
const AMBIGUOUS = /[\p{Cc}\p{Cs}]/u;

/** Whether a text can be a key. Other texts were never stored, so a lookup can skip them. */
export function isKey(text: string): boolean {
  return (
    text !== "" && text.length <= MAX_BYTES && Buffer.byteLength(text) <= MAX_BYTES && !AMBIGUOUS.test(text)
  );
}

/** Must be called before anything is written. @throws Error if one of the texts cannot be a key */
export function assertKeys(...texts: readonly string[]): void {
  if (!texts.every(isKey))
    throw new Error("The store cannot hold a key that is empty, too long or not plain text");
}

/** At most `limit` entries of a database in ascending order of keys, starting after `after`. */
export function pageOf<V>(database: Database<V, string>, after: string | undefined, limit: number) {
  if (limit < 1) return [];
  const start = after === undefined ? {} : { start: after, exclusiveStart: true };
  return Array.from(database.getRange({ ...start, limit }));
}
