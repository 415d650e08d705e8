import { randomBytes } from "node:crypto";
import { type Document, MongoClient } from "mongodb";
import type { FlaskDatabase } from "../../src/application/flask/flask-database.ts";
import type { FlaskRecord } from "../../src/domain/flask/flask-user.ts";

/** A hash of the password `password`, made by passlib 1.7.4. */
export const OLD_HASH =
  "$pbkdf2-sha256$29000$41zL.V9LaU1Jydk7BwCAUA$O7g26rCfnXA4dmnEcEZAhWUZ9CaJUzx5BwYHcSGa35I";

let made = 0;

/** A valid record with a unique id, name and address. */
export function aRecord(fields: Partial<FlaskRecord> = {}): FlaskRecord {
  made += 1;
  return {
    id: made.toString(16).padStart(8, "0") + randomBytes(8).toString("hex"),
    username: `Old User ${made}`,
    email: `Old-${made}@Example.com`,
    password: OLD_HASH,
    createdAt: new Date(1_590_000_000_000 + made),
    ...fields,
  };
}

/** The Flask server's database in memory. */
export function flaskInMemory(
  records: readonly FlaskRecord[],
  revoked: readonly unknown[] = [],
): FlaskDatabase {
  return {
    count: async () => ({ users: records.length, revokedTokens: revoked.length }),
    users: async function* () {
      yield* [...records].sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    revokedTokenIds: async function* () {
      yield* revoked;
    },
    close: async () => {},
  };
}

/** Fills a MongoDB database as the Flask server left it. */
export async function fillFlaskDatabase(uri: string, users: Document[], revoked: Document[] = []) {
  await withDatabase(uri, async (db) => {
    if (users.length > 0) await db.collection("user").insertMany(users);
    if (revoked.length > 0) await db.collection("j_w_t_blacklist").insertMany(revoked);
  });
}

/** All that is in a database, by collection. */
export function contentsOf(uri: string): Promise<Record<string, Document[]>> {
  return withDatabase(uri, async (db) => {
    const contents: Record<string, Document[]> = {};
    for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
      contents[name] = await db.collection(name).find().sort({ _id: 1 }).toArray();
    }
    return contents;
  });
}

async function withDatabase<T>(
  uri: string,
  work: (db: ReturnType<MongoClient["db"]>) => Promise<T>,
): Promise<T> {
  const client = new MongoClient(uri);
  try {
    return await work(client.db());
  } finally {
    await client.close();
  }
}
