import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Database, type Key, open, type RootDatabase } from "lmdb";
import { DATA_FILE, prepareDirectory } from "./directory.ts";

/** The open files of a store and the two ways to use them. */
export interface Environment {
  /** One named database; values are kept as JSON. To be called before the first use only. */
  database<V, K extends Key = string>(name: string): Database<V, K>;
  /** Runs reads over one snapshot, which holds all that any process was told is stored. */
  read<T>(work: () => T): Promise<T>;
  /**
   * Runs work as the one writer among all processes and resolves to its outcome once that is on disk.
   * Nothing is undone if the work throws: it checks all it needs before its first write.
   */
  write<T>(work: () => T): Promise<T>;
  /**
   * Copies all that is stored at one moment to a file that is not there yet and is its owner's alone, while any
   * process goes on reading and writing.
   */
  copyTo(path: string): Promise<void>;
  /** Reads anything at all. */
  ping(): Promise<void>;
  /** Closes the files after the writes that were begun. */
  close(): Promise<void>;
}

const OPTIONS = {
  // a directory with a dot in its name is a directory, too
  noSubdir: false,
  encoding: "json",
  // a write that resolves is then on disk: no other process and no crash ever sees it undone
  overlappingSync: false,
  // with it, a commit that fails rejects one more promise, which nobody can reach to handle it
  eventTurnBatching: false,
  permissionsMode: 0o600,
  maxDbs: 32,
} as const;

/**
 * `failed` is told once if the files can no longer be written: on a full disk, say. What was acknowledged is on
 * disk then and can be read; every further write is refused, since LMDB may wait for ever in one.
 * @throws Error, with its cause, where the store is damaged or the directory cannot be used.
 */
export async function openEnvironment(
  directory: string,
  failed: (fault: Error) => void = () => {},
): Promise<Environment> {
  try {
    await prepareDirectory(directory);
    return environmentOver(open(directory, OPTIONS), (cause) => {
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

  const mustBeOpen = () => {
    if (closing !== undefined) throw new Error("The storage is closed");
  };

  async function read<T>(work: () => T): Promise<T> {
    mustBeOpen();
    // the snapshot is shared and only a timer renews it: what another process stored would be missed
    root.resetReadTxn();
    return work();
  }

  return {
    database: (name) => root.openDB(name, {}),
    read,
    write: async (work) => {
      mustBeOpen();
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
      mustBeOpen();
      const folder = `${path}.store`;
      await mkdir(folder, { mode: 0o700 });
      try {
        // not compacted: LMDB 3.5 aborts the process at later writes to a large store that was
        await root.backup(folder, false);
        // LMDB makes it as the umask lets it
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

/** Why a commit failed is told by a second rejection, which ends the process unless it is handled. */
async function reasonOf(commitError: Promise<never>): Promise<unknown> {
  const reason = commitError.catch((error: unknown) => error);
  // of some faults it never tells
  return Promise.race([reason, setTimeout(REASON_MS, new Error("LMDB does not say why"), { ref: false })]);
}
