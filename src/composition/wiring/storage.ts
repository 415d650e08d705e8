import { isAbsolute, resolve } from "node:path";
import { holdsStore } from "../../adapters/lmdb/directory.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";
import { type Config, ConfigError } from "../settings/config.ts";
import { secretOf } from "./secrets.ts";
import { reasonsOf, StartError } from "./start-error.ts";

/** The storage that the configuration chooses, and how to call it in a line for people. */
export interface ChosenStorage {
  readonly description: string;
  readonly storage: Storage;
  /** Resolves to why, if this process can use the storage no more and must be started again. */
  readonly failure: Promise<Error>;
}

type Failed = (fault: Error) => void;

interface Choice {
  /** Why no command finds anything, where there is no store yet. Looking makes nothing. */
  missing(config: Config): Promise<string | undefined>;
  describe(config: Config): string | Promise<string>;
  open(config: Config, failed: Failed): Promise<Storage>;
  /** Opens it without writing anything; where there is none yet, something empty in its place. */
  openToRead(config: Config): Promise<Storage>;
  /** What to do where it cannot be used. */
  readonly advice: string;
}

// who chose one of them waits for nothing of the others, and has none of it in memory
const memory = () => import("../../adapters/memory/storage.ts");
const lmdb = () => import("../../adapters/lmdb/storage.ts");
const mongodb = () => import("../../adapters/mongodb/storage.ts");

const CHOICES: Record<Config["STORAGE"], Choice> = {
  memory: {
    missing: async () => "STORAGE=memory keeps all data in the process that serves: no other can come to it",
    describe: () => "memory",
    open: async () => (await memory()).openMemoryStorage(),
    openToRead: async () => (await memory()).openMemoryStorage(),
    advice: "",
  },
  lmdb: {
    missing: async ({ DATA_DIR }) =>
      (await holdsStore(DATA_DIR))
        ? undefined
        : `there is no store in ${resolve(DATA_DIR)}: DATA_DIR is ${DATA_DIR}${isAbsolute(DATA_DIR) ? "" : FROM_HERE}`,
    describe: ({ DATA_DIR }) => `LMDB in ${DATA_DIR}`,
    open: async ({ DATA_DIR }, failed) => (await lmdb()).openLmdbStorage(DATA_DIR, failed),
    openToRead: async ({ DATA_DIR }) =>
      (await holdsStore(DATA_DIR))
        ? (await lmdb()).openLmdbStorage(DATA_DIR)
        : (await memory()).openMemoryStorage(),
    advice:
      "Check that DATA_DIR is a directory of this service that this user may write, or restore a backup.",
  },
  mongodb: {
    async missing(config) {
      const storage = await this.openToRead(config);
      try {
        return (await holdsAnything(storage))
          ? undefined
          : `there is no store in ${await this.describe(config)}, where MONGO_URI points`;
      } finally {
        await storage.close();
      }
    },
    async describe({ MONGO_URI = "" }) {
      const { describeMongoUri } = await import("../../adapters/mongodb/uri.ts");
      return `MongoDB at ${describeMongoUri(MONGO_URI)}`;
    },
    open: async ({ MONGO_URI = "" }) => (await mongodb()).openMongoStorage(MONGO_URI),
    openToRead: async ({ MONGO_URI = "" }) =>
      (await mongodb()).openMongoStorage(MONGO_URI, { prepare: false }),
    advice: "Check MONGO_URI, that the server runs and is reached from here, and what its user may do there.",
  },
};

/** Of a relative path. */
const FROM_HERE = ", from the directory where the command runs";

/** Whether a service was started on this storage, or accounts were imported. */
async function holdsAnything({ settings, users }: Storage): Promise<boolean> {
  return (await secretOf(settings)) !== undefined || (await users.list(undefined, 1)).length > 0;
}

/** Opens the storage, which is made where there is none. @throws StartError where it cannot be used */
export function openStorage(config: Config): Promise<ChosenStorage> {
  return openBy("open", config);
}

/** The storage for whoever only reads: opening it writes nothing either. @throws StartError */
export function openStorageToRead(config: Config): Promise<ChosenStorage> {
  return openBy("openToRead", config);
}

/**
 * Opens the storage for a command that works on what a service has stored, and makes none.
 * @throws ConfigError where there is none; StartError where it cannot be used
 */
export async function openExistingStorage(config: Config): Promise<ChosenStorage> {
  await mustBeThere(config);
  return openBy("open", config);
}

/** @throws ConfigError where no service was ever started; StartError where that cannot be seen */
export async function mustBeThere(config: Config): Promise<void> {
  const choice = CHOICES[config.STORAGE];
  const missing = await choice.missing(config).catch(unusable(choice));
  if (missing === undefined) return;
  throw new ConfigError([
    `${missing}. Settings came from the environment and ${config.envFile}: start the service first, or run the command where it runs, with its file of settings. Nothing was made`,
  ]);
}

async function openBy(open: "open" | "openToRead", config: Config): Promise<ChosenStorage> {
  const choice = CHOICES[config.STORAGE];
  let failed: Failed = () => {};
  const failure = new Promise<Error>((resolve) => {
    failed = resolve;
  });
  try {
    const description = await choice.describe(config);
    return { description, storage: await choice[open](config, failed), failure };
  } catch (error) {
    return unusable(choice)(error as Error);
  }
}

function unusable({ advice }: Choice) {
  return (error: Error): never => {
    throw new StartError(`The storage cannot be used: ${reasonsOf(error)}`, advice, error);
  };
}
