import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Database, type Key, open, type RootDatabase } from "lmdb";
import { DATA_FILE, prepareDirectory } from "./directory.ts";
import { OPEN_OPTIONS } from "./open-options.ts";

/** The open files of a store. All access goes through `read` and `write`. */
export interface Environment {
  /** Opens a named database with JSON values. May only be called before the first use of the environment. */
  database<V, K extends Key = string>(name: string): Database<V, K>;
  /** Runs reads on one snapshot. It contains every write that was acknowledged to any process. */
  read<T>(work: () => T): Promise<T>;
  /**
   * Runs `work` as the only writer among all processes and resolves to its result once it is on disk. Writes
   * are not rolled back if `work` throws, so it must check everything before its first write.
   */
  write<T>(work: () => T): Promise<T>;
  /**
   * Copies a consistent snapshot to a new file that only its owner can read. Processes may read and write
   * meanwhile.
   */
  copyTo(path: string): Promise<void>;
  /** Makes one read, to check that the store answers. */
  ping(): Promise<void>;
  /** Closes the files once pending writes are done. */
  close(): Promise<void>;
}

/**
 * Opens the files of a store. Calls `failed` once if they can no longer be written, for example on a full disk.
 * Acknowledged writes are then on disk and can be read; further writes are refused, because LMDB could wait in
 * one forever.
 * @throws Error, with its cause, if the store is damaged or the directory cannot be used
 */
export async function openEnvironment(
  directory: string,
  failed: (fault: Error) => void = () => {},
): Promise<Environment> {
  try {
    await prepareDirectory(directory);
    return environmentOver(open(directory, OPEN_OPTIONS), (cause) => {
      const fault = new Error(`The store in ${directory} could not be written`, { cause });
      failed(fault);
      return fault;
    });
  } catch (error) {
    throw new Error(`The store in ${directory} cannot be opened`, { cause: error });
  }
}

function environmentOver(root: RootDatabase, failed: (cause: unknown) => Error): Environment {
  let closing: Promise<void> | undefined;
  let fault: Error | undefined;

  const assertOpen = () => {
    if (closing !== undefined) throw new Error("The storage is closed");
  };

  async function read<T>(work: () => T): Promise<T> {
    assertOpen();
    // the shared snapshot is renewed only by a timer and would miss writes of other processes
    root.resetReadTxn();
    return work();
  }

  return {
    database: (name) => root.openDB(name, {}),
    read,
    write: async (work) => {
      assertOpen();
      if (fault !== undefined) throw fault;
      try {
        return await root.transaction(work);
      } catch (error) {
        const { commitError } = error as { commitError?: Promise<never> };
        if (commitError === undefined) throw error;
        const cause = await reasonOf(commitError);
        fault ??= failed(cause);
        throw fault;
      }
    },
    async copyTo(path) {
      assertOpen();
      const folder = `${path}.store`;
      await mkdir(folder, { mode: 0o700 });
      try {
        // not compacted: LMDB 3.5 aborts the process at later writes to a large compacted store
        await root.backup(folder, false);
        // LMDB creates the file with the permissions of the umask
        await chmod(join(folder, DATA_FILE), 0o600);
        await rename(join(folder, DATA_FILE), path);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    ping: () => read(() => void root.doesExist("ping")),
    close: () => {
      closing ??= root.close();
      return closing;
    },
  };
}

const REASON_MS = 500;

/**
 * Gets the reason of a failed commit from LMDB's second rejection, which would end the process if it were not
 * handled.
 */
async function reasonOf(commitError: Promise<never>): Promise<unknown> {
  const reason = commitError.catch((error: unknown) => error);
  // for some faults LMDB never gives a reason
  return Promise.race([reason, setTimeout(REASON_MS, new Error("LMDB does not say why"), { ref: false })]);
}
