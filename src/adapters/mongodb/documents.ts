import {
  type Collection,
  type Filter,
  MongoServerError,
  type OptionalUnlessRequiredId,
  type WithId,
} from "mongodb";

/** The keys of the fields that may be `undefined`. */
type Optional<T> = { [K in keyof T]: undefined extends T[K] ? K : never }[keyof T];

/**
 * The document of a record: its id is `_id`, and fields that are `undefined` are left out. Documents of earlier
 * versions lack the fields `Later`.
 */
export type DocumentOf<T extends { readonly id: string }, Later extends keyof T = never> = {
  readonly _id: string;
} & Omit<T, "id" | Later | Optional<T>> &
  Partial<Pick<T, Later | Optional<T>>>;

/** A document whose `_id` is the record's id: a string, never an ObjectId. */
export interface Identified {
  readonly _id: string;
  readonly createdAt: Date;
}

/** MongoDB's error code for a duplicate key. */
export const DUPLICATE_KEY = 11_000;

export function isDuplicateKey(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

/** Runs an upsert and repeats it after a duplicate key error, which one of two concurrent upserts may get. */
export async function upserted<T>(upsert: () => Promise<T>): Promise<T> {
  try {
    return await upsert();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return upsert();
  }
}

/**
 * Inserts a document once. A retried insert may find the document of its own first attempt: if it is stored
 * exactly as sent, that is no conflict. Fields that are `undefined` are left out.
 * @throws MongoServerError for which `isDuplicateKey` is true, if another document has the key
 */
export async function insertOnce<T extends Identified>(
  collection: Collection<T>,
  document: OptionalUnlessRequiredId<T>,
): Promise<void> {
  try {
    await collection.insertOne(document, { ignoreUndefined: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    if (!(await isStored(collection, document as Filter<T> & T))) throw error;
  }
}

/**
 * Whether exactly this document is stored durably. It uses a write that changes nothing, because a write is
 * acknowledged only once a majority has everything before it; a read would not show that.
 */
async function isStored<T extends Identified>(collection: Collection<T>, document: Filter<T> & T) {
  const { matchedCount } = await collection.updateOne(document, {
    $set: { createdAt: document.createdAt },
  } as object);
  return matchedCount === 1;
}

/**
 * Options for fetching at most `limit` documents in one round trip. By default the driver fetches a hundred
 * first.
 */
export function inOneBatch(limit: number) {
  return { limit, batchSize: limit, singleBatch: true };
}

/** The documents with these ids, by id. One round trip. */
export async function withIds<T extends { readonly _id: string }>(
  collection: Collection<T>,
  ids: readonly string[],
): Promise<Map<string, WithId<T>>> {
  // servers answer a single id faster without $in
  const filter = { _id: ids.length === 1 ? ids[0] : { $in: ids } };
  const documents = await collection.find(filter as Filter<T>, inOneBatch(ids.length)).toArray();
  return new Map(documents.map((document) => [document._id, document]));
}

/** At most `limit` documents in ascending order of ids, starting after `after`. */
export async function pageOf<T extends { readonly _id: string }>(
  collection: Collection<T>,
  after: string | undefined,
  limit: number,
) {
  // MongoDB takes 0 as no limit
  if (limit < 1) return [];
  const filter = after === undefined ? {} : { _id: { $gt: after } };
  return collection.find(filter as Filter<T>, { sort: { _id: 1 }, ...inOneBatch(limit) }).toArray();
}

/**
 * Removes at most `limit` documents whose date is at or before the moment. The removal checks the date again,
 * since it may have been postponed meanwhile. Resolves to the number of removed documents.
 */
export async function sweepBefore<T extends { readonly _id: string }>(
  collection: Collection<T>,
  field: keyof T & string,
  moment: Date,
  limit: number,
): Promise<number> {
  if (limit < 1) return 0;
  const isOver = { [field]: { $lte: moment } };
  const options = { projection: { _id: 1 }, ...inOneBatch(limit) };
  const over = await collection.find(isOver as Filter<T>, options).toArray();
  if (over.length === 0) return 0;
  const filter = { ...isOver, _id: { $in: over.map(({ _id }) => _id) } };
  return (await collection.deleteMany(filter as Filter<T>)).deletedCount;
}

/**
 * Whether BSON preserves the text. It converts lone surrogates to U+FFFD, so that such a text would match
 * another one.
 */
export function isStorable(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}

/** Must be called before anything is written. @throws Error if BSON would change one of the texts */
export function assertStorable(...texts: readonly string[]): void {
  if (!texts.every(isStorable)) throw new Error("The store cannot hold a key that is not plain text");
}
