import { type Collection, type IndexDescriptionInfo, MongoServerError } from "mongodb";
import { isDuplicateKey } from "./documents.ts";

/** A required index of a collection. */
export interface Index {
  readonly name: string;
  readonly key: Readonly<Record<string, 1 | -1>>;
  readonly unique?: true;
  /**
   * Makes it a TTL index: the server removes a document this many seconds after the date in the index's field.
   */
  readonly expireAfterSeconds?: number;
}

/**
 * Creates missing indexes and checks all of them.
 * @throws Error that says what to do, if an index cannot be created or has other options
 */
export async function ensureIndexes(collection: Collection, indexes: readonly Index[]): Promise<void> {
  const failures = new Map<Index, unknown>();
  const absent = await missing(collection, indexes);
  if (absent.length === 0) return;
  for (const index of absent) {
    await make(collection, index).catch((error) => failures.set(index, error));
  }
  // listed again even if all were created; after a failure, another process may have created the index
  for (const index of await missing(collection, indexes)) throw fault(collection, index, failures.get(index));
}

async function make(collection: Collection, index: Index): Promise<void> {
  try {
    await collection.createIndexes([{ ...index }]);
  } catch (error) {
    if (index.expireAfterSeconds === undefined || !(error instanceof MongoServerError)) throw error;
    // a server without TTL indexes: an ordinary index serves the service's own sweep as well
    await collection.createIndexes([{ name: index.name, key: { ...index.key } }]);
  }
}

async function missing(collection: Collection, indexes: readonly Index[]): Promise<Index[]> {
  const found = new Map((await list(collection)).map((index) => [index.name, index]));
  return indexes.filter((index) => {
    const namesake = found.get(index.name);
    if (namesake === undefined) return true;
    if (fits(index, namesake)) return false;
    throw new Error(
      `${called(collection, index)} is not the one that the service needs, ${words(index)}. ` +
        `Drop it (db.${collection.collectionName}.dropIndex("${index.name}")) and start again: the service creates it.`,
    );
  });
}

const NAMESPACE_NOT_FOUND = 26;

async function list(collection: Collection): Promise<IndexDescriptionInfo[]> {
  try {
    return await collection.listIndexes().toArray();
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND) return [];
    throw error;
  }
}

function fits(wanted: Index, found: IndexDescriptionInfo): boolean {
  const { unique = false, sparse, partialFilterExpression, collation, expireAfterSeconds } = found;
  return (
    JSON.stringify(found.key) === JSON.stringify(wanted.key) &&
    unique === (wanted.unique ?? false) &&
    // any of these would admit some duplicates, or refuse documents that are none
    !(unique && (sparse || partialFilterExpression || collation)) &&
    // late or missing removal is harmless; early removal is not
    (expireAfterSeconds ?? Infinity) >= (wanted.expireAfterSeconds ?? Infinity)
  );
}

function fault(collection: Collection, index: Index, cause: unknown): Error {
  if (isDuplicateKey(cause)) {
    const field = Object.keys(index.key).join();
    return new Error(
      `The collection ${collection.namespace} has documents with the same ${field}, which must be unique. ` +
        "Change or remove all but one of each (docs/storage.md says how to find them) and start again.",
      { cause },
    );
  }
  const reason = cause instanceof Error ? cause.message : "MongoDB does not list it after it was made";
  return new Error(`${called(collection, index)}, ${words(index)}, cannot be made: ${reason}`, { cause });
}

function called(collection: Collection, { name }: Index): string {
  return `The index ${name} of the collection ${collection.namespace}`;
}

function words({ key, unique, expireAfterSeconds }: Index): string {
  const kind = unique ? "unique, " : "";
  const expiry =
    expireAfterSeconds === undefined ? "" : `, expireAfterSeconds at least ${expireAfterSeconds}`;
  return `${kind}on ${JSON.stringify(key)}${expiry}`;
}
