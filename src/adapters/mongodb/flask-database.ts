import { BSON, type Document, MongoClient, ObjectId } from "mongodb";
import type { FlaskDatabase } from "../../application/flask/flask-database.ts";
import type { FlaskRecord } from "../../domain/flask/flask-user.ts";
import { openingOptions } from "./client-options.ts";
import { databaseNamedIn, readMongoUri } from "./uri.ts";

const USERS = "user";
const REVOKED_TOKENS = "j_w_t_blacklist";

const WAIT_MS = 10_000;
/** Documents fetched per batch. */
const BATCH = 1_000;

/**
 * Connects to the database of the Flask server, which the URI must name. Never writes to it.
 * @throws Error that says what was tried and what to do, without the password
 */
export async function openFlaskDatabase(uri: string, waitMs = WAIT_MS): Promise<FlaskDatabase> {
  const { hosts } = readMongoUri(uri);
  const database = databaseNamedIn(uri);
  if (database === undefined)
    throw new Error("The URI does not name the database: mongodb://host:27017/database");
  // invalid text then contains U+FFFD, and its user is left out
  const client = new MongoClient(uri, { ...openingOptions(waitMs), enableUtf8Validation: false });
  const db = client.db(database);
  const explained = (error: unknown) =>
    new Error(`MongoDB at ${hosts}/${database}: ${(error as Error).message}`, { cause: error });

  async function* read<T>(collection: string, fields: readonly string[], each: (document: Document) => T) {
    const projection = Object.fromEntries(fields.map((field) => [field, true]));
    // by the only existing index; ids of all types have a total order
    const options = { projection, sort: { _id: 1 }, batchSize: BATCH } as const;
    try {
      for await (const document of db.collection(collection).find({}, options)) yield each(document);
    } catch (error) {
      throw explained(error);
    }
  }

  try {
    await client.connect();
  } catch (error) {
    await client.close();
    throw explained(error);
  }
  return {
    async count() {
      const [users, revokedTokens] = await Promise.all(
        [USERS, REVOKED_TOKENS].map((name) => db.collection(name).estimatedDocumentCount()),
      ).catch((error) => Promise.reject(explained(error)));
      return { users: users ?? 0, revokedTokens: revokedTokens ?? 0 };
    },
    users: () => read(USERS, ["username", "email", "password", "createdAt"], recordIn),
    revokedTokenIds: () => read(REVOKED_TOKENS, ["jti"], ({ jti }) => jti),
    close: () => client.close(),
  };
}

/** Whether the database that the URI names, or the default one, has collections of the Flask server. */
export async function holdsFlaskData(uri: string): Promise<boolean> {
  const client = new MongoClient(uri, openingOptions(WAIT_MS));
  try {
    const options = { nameOnly: true, authorizedCollections: true };
    const collections = await client.db(readMongoUri(uri).database).listCollections({}, options).toArray();
    return collections.some(({ name }) => name === USERS || name === REVOKED_TOKENS);
  } finally {
    await client.close();
  }
}

function recordIn({ _id, username, email, password, createdAt }: Document): FlaskRecord {
  // an id of another type is written as JSON, so that it cannot be mistaken for an ObjectId
  const id = _id instanceof ObjectId ? _id.toHexString() : BSON.EJSON.stringify(_id);
  return { id, username, email, password, createdAt };
}
