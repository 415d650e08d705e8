import { randomBytes } from "node:crypto";
import { MongoClient } from "mongodb";
import { openMongoStorage } from "../../src/adapters/mongodb/storage.ts";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { StorageHarness } from "./storage-harness.ts";

/** The server that the tests use, without a database; `undefined` where there is none. */
export const mongoServer = process.env.TEST_MONGO_URI?.replace(/\/?(\?.*)?$/, "");

/** The URI of a database that nobody uses yet. */
export function freshDatabase(server = mongoServer): string {
  const options = /\?.*$/.exec(process.env.TEST_MONGO_URI ?? "")?.[0] ?? "";
  return `${server}/auth_test_${randomBytes(6).toString("hex")}${options}`;
}

export async function dropDatabase(uri: string): Promise<void> {
  const client = new MongoClient(uri);
  await client.db().dropDatabase();
  await client.close();
}

/** MongoDB, each storage in a database of its own. */
export function mongoHarness(): Required<StorageHarness> {
  const opened = new Map<Storage, string>();

  async function openAt(uri: string) {
    const storage = await openMongoStorage(uri);
    opened.set(storage, uri);
    return storage;
  }

  return {
    open: () => openAt(freshDatabase()),
    async reopen(storage) {
      await storage.close();
      return openAt(opened.get(storage) as string);
    },
    async cleanup() {
      await Promise.all([...opened.keys()].map((storage) => storage.close()));
      await Promise.all([...new Set(opened.values())].map(dropDatabase));
      opened.clear();
    },
  };
}
