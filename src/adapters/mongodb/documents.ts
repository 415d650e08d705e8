import { type Collection, type Filter, MongoServerError, type OptionalUnlessRequiredId } from "mongodb";

/** The keys of the fields that may be `undefined`. */
type Optional<T> = { [K in keyof T]: undefined extends T[K] ? K : never }[keyof T];

/**
 * The document of a record: its id is `_id`, fields that are `undefined` are left out, and so were the fields `Later` in
 * documents of earlier versions.
 */
export type DocumentOf<T extends { readonly id: string }, Later extends keyof T = never> = {
  readonly _id: string;
} & Omit<T, "id" | Later | Optional<T>> &
  Partial<Pick<T, Later | Optional<T>>>;

/** A document with the identifier that a port gave to the record: a string, never an ObjectId. */
export interface Identified {
  readonly _id: string;
  readonly createdAt: Date;
}

/** MongoDB's code for a document whose key is there already. */
export const DUPLICATE_KEY = 11_000;

export function isDuplicateKey(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

/** Runs an upsert: of two that insert one document at once, one may be told that it is there already. */
export async function upserted<T>(upsert: () => Promise<T>): Promise<T> {
  try {
    return await upsert();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return upsert();
  }
}

/**
 * Inserts a document, once. A retried insert may meet what its own first try left behind: if all of it is
 * there as it was sent, that is no conflict. Fields that are `undefined` are left out.
 * @throws MongoServerError where another document is in the way; `isDuplicateKey` then.
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
 * Whether just this document is there, for good. It asks by a write that changes nothing: that is
 * acknowledged as any write is, once a majority has all that came before it, which a read would not tell.
 */
async function isStored<T extends Identified>(collection: Collection<T>, document: Filter<T> & T) {
  const { matchedCount } = await collection.updateOne(document, {
    $set: { createdAt: document.createdAt },
  } as object);
  return matchedCount === 1;
}

/** So many documents at most, in one round trip: a driver fetches the first hundred and then comes back. */
export function inOneBatch(limit: number) {
  return { limit, batchSize: limit, singleBatch: true };
}

/** Up to so many documents, by id upwards, from the first one after `after`. */
export async function pageOf<T extends { readonly _id: string }>(
  collection: Collection<T>,
  after: string | undefined,
  limit: number,
) {
  // no limit at all is what 0 would mean to MongoDB
  if (limit < 1) return [];
  const filter = after === undefined ? {} : { _id: { $gt: after } };
  return collection.find(filter as Filter<T>, { sort: { _id: 1 }, ...inOneBatch(limit) }).toArray();
}

/**
 * Removes up to so many documents whose date is not after the moment. The date is looked at once more as each
 * is removed, since it may have been put off meanwhile. Resolves to how many it removed.
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
 * Whether text comes back from BSON as it went in. Lone surrogates do not: they would turn into U+FFFD, and
 * be found where that is.
 */
export function isStorable(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}

/** @throws Error where one of the texts would not come back: to be called before anything is written. */
export function mustBeStorable(...texts: readonly string[]): void {
  if (!texts.every(isStorable)) throw new Error("The store cannot hold a key that is not plain text");
}
