import { spawn } from "node:child_process";
import { freePort } from "./free-port.ts";
import { temporaryDirectory } from "./server-process.ts";

/**
 * Finds a MongoDB server for this run of the tests and puts its URI into `TEST_MONGO_URI`, where the suites
 * look for it. Resolves to what ends the server, if it was started here.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_MONGO_URI) return undefined;
  const started = (await startMongod()) ?? (process.env.TEST_MONGO_DOWNLOAD ? await download() : undefined);
  if (started !== undefined) {
    process.env.TEST_MONGO_URI = started.uri;
    return started.stop;
  }
  const how = "set TEST_MONGO_URI, put mongod on the PATH, or set TEST_MONGO_DOWNLOAD=1 to download one";
  if (process.env.CI) throw new Error(`There is no MongoDB server for the tests: ${how}`);
  console.log(`Skipped: all tests on MongoDB, for want of a server. To run them, ${how}.`);
  return undefined;
}

interface Started {
  readonly uri: string;
  readonly stop: () => Promise<void>;
}

/** `undefined` where there is no mongod on the PATH. */
async function startMongod(): Promise<Started | undefined> {
  const directory = temporaryDirectory();
  const port = await freePort();
  const child = spawn(
    "mongod",
    ["--port", String(port), "--bind_ip", "127.0.0.1", "--dbpath", directory.path],
    {
      stdio: "ignore",
    },
  );
  const isThere = await new Promise<boolean>((resolve) => {
    child.once("spawn", () => resolve(true));
    child.once("error", () => resolve(false));
  });
  if (!isThere) {
    directory.remove();
    return undefined;
  }
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    uri: `mongodb://127.0.0.1:${port}`,
    async stop() {
      child.kill();
      await ended;
      directory.remove();
    },
  };
}

async function download(): Promise<Started> {
  // not a dependency, so that no install ever downloads a server
  const name = "mongodb-memory-server-core";
  const { MongoMemoryServer } = await import(name).catch(() => {
    throw new Error(`TEST_MONGO_DOWNLOAD needs the package ${name}: npm install --no-save ${name}`);
  });
  const server = await MongoMemoryServer.create();
  return { uri: server.getUri().replace(/\/$/, ""), stop: () => server.stop() };
}
