import { openLmdbStorage } from "../adapters/lmdb/storage.ts";
import { openMemoryStorage } from "../adapters/memory/storage.ts";
import type { Storage } from "../application/ports/storage.ts";
import type { Config } from "./config.ts";
import { StartError } from "./start-error.ts";

/** The storage that the configuration chooses, and how to call it in a line for people. */
export interface ChosenStorage {
  readonly description: string;
  readonly storage: Storage;
}

/** @throws StartError where the storage cannot be used */
export async function openStorage(config: Config): Promise<ChosenStorage> {
  if (config.STORAGE === "memory") return { description: "memory", storage: openMemoryStorage() };
  try {
    return { description: `LMDB in ${config.DATA_DIR}`, storage: await openLmdbStorage(config.DATA_DIR) };
  } catch (error) {
    throw new StartError(
      `The store in ${config.DATA_DIR} cannot be opened: ${(error as Error).message}`,
      "Check that DATA_DIR is a directory of this service that this user may write, or restore a backup.",
      error,
    );
  }
}
