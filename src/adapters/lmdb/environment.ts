import { type Database, type Key, open, type RootDatabase } from "lmdb";
import { prepareDirectory } from "./directory.ts";

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

/** @throws Error, with its cause, where the store is damaged or the directory cannot be used. */
export async function openEnvironment(directory: string): Promise<Environment> {
  try {
    await prepareDirectory(directory);
    return environmentOver(open(directory, OPTIONS));
  } catch (error) {
    throw new Error(`The store in ${directory} cannot be opened`, { cause: error });
  }
}

function environmentOver(root: RootDatabase): Environment {
  let closing: Promise<void> | undefined;

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
      try {
        return await root.transaction(work);
      } catch (error) {
        throw await commitFault(error);
      }
    },
    ping: () => read(() => void root.doesExist("ping")),
    close: () => {
      closing ??= root.close();
      return closing;
    },
  };
}

/** Why a commit failed is told by a second rejection, which ends the process unless it is handled. */
async function commitFault(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<never> };
  if (commitError === undefined) return error;
  const cause = await commitError.catch((reason: unknown) => reason);
  return new Error("The store could not write to its files", { cause });
}
