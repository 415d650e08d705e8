import { isAbsolute, resolve } from "node:path";
import type { Storage } from "../../application/ports/storage/storage.ts";
import { type Config, ConfigError } from "../settings/config.ts";
import { locationOf } from "../settings/storage-settings.ts";
import type { ServerStorage } from "../storages/descriptor.ts";
import { memory } from "../storages/memory.ts";
import { STORAGES } from "../storages/storages.ts";
import { secretOf } from "./secrets.ts";
import { reasonsOf, StartError } from "./start-error.ts";

/** The storage that the configuration chooses, and a one-line description of it for people. */
export interface ChosenStorage {
  readonly description: string;
  readonly storage: Storage;
  /** Resolves to the fault if this process can no longer use the storage and must be restarted. */
  readonly failure: Promise<Error>;
}

type Open = (config: Config, failed: (fault: Error) => void) => Promise<Storage>;

/** Opens the storage and creates it if there is none. @throws StartError if it cannot be used */
export function openStorage(config: Config): Promise<ChosenStorage> {
  return openBy(open, config);
}

/** Opens the storage for a command that only reads, without writing anything. @throws StartError */
export function openStorageToRead(config: Config): Promise<ChosenStorage> {
  return openBy(openToRead, config);
}

/**
 * Opens the storage for a command that works on a service's data, and creates none.
 * @throws ConfigError if there is none; StartError if it cannot be used
 */
export async function openExistingStorage(config: Config): Promise<ChosenStorage> {
  await assertStorageExists(config);
  return openBy(open, config);
}

/**
 * Opens the storage for an examination, and creates none that outlives it. @throws ConfigError or StartError
 */
export function openStorageToExamine(config: Config): Promise<ChosenStorage> {
  // the memory of a running service cannot be reached; an empty one shows that the service can have one
  return STORAGES[config.STORAGE].kind === "process" ? openStorage(config) : openExistingStorage(config);
}

/** @throws ConfigError if no service was ever started; StartError if that cannot be determined */
export async function assertStorageExists(config: Config): Promise<void> {
  const missing = await whyMissing(config).catch(unusable(config));
  if (missing === undefined) return;
  throw new ConfigError([
    `${missing}. Settings came from the environment and ${config.envFile}: start the service first, or run the command where it runs, with its file of settings. Nothing was made`,
  ]);
}

async function openBy(way: Open, config: Config): Promise<ChosenStorage> {
  let failed: (fault: Error) => void = () => {};
  const failure = new Promise<Error>((resolve) => {
    failed = resolve;
  });
  try {
    return { description: await describe(config), storage: await way(config, failed), failure };
  } catch (error) {
    return unusable(config)(error as Error);
  }
}

async function describe(config: Config): Promise<string> {
  const storage = STORAGES[config.STORAGE];
  switch (storage.kind) {
    case "process":
      return config.STORAGE;
    case "directory":
      return `${storage.title} in ${config.DATA_DIR}`;
    case "server":
      return `${storage.title} at ${await storage.describe(locationOf(storage, config))}`;
  }
}

const open: Open = async (config, failed) => {
  const storage = STORAGES[config.STORAGE];
  switch (storage.kind) {
    case "process":
      return storage.open();
    case "directory":
      return storage.open(config.DATA_DIR, failed);
    case "server":
      return storage.open(locationOf(storage, config));
  }
};

/** Writes nothing. If there is no store yet, an empty one in memory takes its place. */
const openToRead: Open = async (config, failed) => {
  const storage = STORAGES[config.STORAGE];
  if (storage.kind === "server") return storage.openToRead(locationOf(storage, config));
  const isThere = storage.kind === "directory" && (await storage.holdsStore(config.DATA_DIR));
  return isThere ? storage.open(config.DATA_DIR, failed) : memory.open();
};

/** Says why there is no store for a command to work on; `undefined` if there is one. Creates nothing. */
async function whyMissing(config: Config): Promise<string | undefined> {
  const { STORAGE, DATA_DIR } = config;
  const storage = STORAGES[STORAGE];
  switch (storage.kind) {
    case "process":
      return `STORAGE=${STORAGE} keeps all data in the process that serves: no other can come to it`;
    case "directory":
      if (await storage.holdsStore(DATA_DIR)) return undefined;
      return `there is no store in ${resolve(DATA_DIR)}: DATA_DIR is ${DATA_DIR}${isAbsolute(DATA_DIR) ? "" : FROM_HERE}`;
    case "server":
      if (await holdsAnything(storage, locationOf(storage, config))) return undefined;
      return `there is no store in ${await describe(config)}, where ${storage.setting} points`;
  }
}

/** Added to a message about a relative path. */
const FROM_HERE = ", from the directory where the command runs";

/** Whether a service was ever started on this server, or accounts were imported into it. */
async function holdsAnything({ openToRead }: ServerStorage, location: string): Promise<boolean> {
  const { storedValues, users, close } = await openToRead(location);
  try {
    return (await secretOf(storedValues)) !== undefined || (await users.list(undefined, 1)).length > 0;
  } finally {
    await close();
  }
}

function unusable(config: Config) {
  return (error: Error): never => {
    throw new StartError(`The storage cannot be used: ${reasonsOf(error)}`, adviceFor(config), error);
  };
}

/** Advice for the operator if the storage cannot be used. */
function adviceFor({ STORAGE }: Config): string {
  const storage = STORAGES[STORAGE];
  switch (storage.kind) {
    case "process":
      return "";
    case "directory":
      return "Check that DATA_DIR is a directory of this service that this user may write, or restore a backup.";
    case "server":
      return storage.advice;
  }
}
