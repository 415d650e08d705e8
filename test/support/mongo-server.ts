import { type MongoProcess, startMongoProcess } from "./mongo-process.ts";

/**
 * Finds a MongoDB server for this run of the tests and puts its URI into `TEST_MONGO_URI`, where the suites look for
 * it. Resolves to a function that ends the server, if it was started here.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_MONGO_URI) return undefined;
  const started =
    (await startMongoProcess()) ?? (process.env.TEST_MONGO_DOWNLOAD ? await download() : undefined);
  if (started !== undefined) {
    process.env.TEST_MONGO_URI = started.uri;
    return started.remove;
  }
  const how =
    "set TEST_MONGO_URI or TEST_MONGO_COMMAND, put mongod on the PATH, or set TEST_MONGO_DOWNLOAD=1 to download one";
  if (process.env.CI) throw new Error(`There is no MongoDB server for the tests: ${how}`);
  console.log(`Skipped: all tests on MongoDB, for want of a server. To run them, ${how}.`);
  return undefined;
}

async function download(): Promise<Pick<MongoProcess, "uri" | "remove">> {
  // not a dependency, so that no install ever downloads a server
  const name = "mongodb-memory-server-core";
  const { MongoMemoryServer } = await import(name).catch(() => {
    throw new Error(`TEST_MONGO_DOWNLOAD needs the package ${name}: npm install --no-save ${name}`);
  });
  const server = await MongoMemoryServer.create();
  return { uri: server.getUri().replace(/\/$/, ""), remove: async () => void (await server.stop()) };
}
