import type { Clock } from "../../application/ports/clock.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";

/**
 * The abilities of a storage. Code in the sibling folders that depends on the storage asks its descriptor and never compares
 * names. A descriptor loads its adapter when it is called, not when it is imported.
 */
export type StorageDescriptor = ProcessStorage | DirectoryStorage | ServerStorage;

/**
 * Keeps all data in the serving process and loses them when it ends. So there is one worker, no command can
 * read the data from another process, export and backup do not exist, and the secret is generated at each
 * start.
 */
export interface ProcessStorage {
  readonly kind: "process";
  open(): Promise<Storage>;
}

/**
 * Keeps all data in files in `DATA_DIR`. So the secret is kept in a file beside them unless `SECRET_KEY` is
 * set, `connect-auth backup` and `restore` work, and `doctor` examines the disk.
 */
export interface DirectoryStorage {
  readonly kind: "directory";
  /** The name of the technology, for people. */
  readonly title: string;
  /**
   * The names of its files in the directory. The first one holds all data: a copy of it is a backup of the
   * store.
   */
  readonly files: readonly [data: string, ...others: string[]];
  /** Whether several processes (workers, and commands beside a running service) can have it open at once. */
  readonly isSharedByProcesses: boolean;
  /** Whether the directory holds a store. Creates nothing. */
  holdsStore(directory: string): Promise<boolean>;
  /** Opens the store and creates it if there is none. Calls `failed` if it can no longer be written. */
  open(directory: string, failed?: (fault: Error) => void): Promise<CopyableStorage>;
}

/** A storage that can be copied while it is in use. */
export interface CopyableStorage extends Storage {
  /** Writes a consistent snapshot of its data file to a new file. */
  copyTo(path: string): Promise<void>;
}

/**
 * Keeps all data on a server that a setting names. Any number of processes may share it, so `SECRET_KEY` must
 * be set. The server has its own tools for backups.
 */
export interface ServerStorage {
  readonly kind: "server";
  /** The name of the technology, for people. */
  readonly title: string;
  /** The setting that names the server. Where it is set and `STORAGE` is not, this storage is chosen. */
  readonly setting: ServerSetting;
  /** The tools that back up the server and restore it. */
  readonly backupTools: string;
  /** Advice for the operator if the server cannot be used. */
  readonly advice: string;
  /** The finding of `doctor` about everything that opening the storage ensures. */
  readonly prepared: { readonly name: string; readonly found: string };
  /** The fault in the value of its setting, if any. Connects to nothing. */
  faultOf(location: string): Promise<string | undefined>;
  /** A description of the server for people, without its password. */
  describe(location: string): Promise<string>;
  /** Opens the storage and creates it if there is none. */
  open(location: string): Promise<Storage>;
  /** Opens the storage without writing anything to it. */
  openToRead(location: string): Promise<Storage>;
  /**
   * How far the server's clock is ahead, in milliseconds; `undefined` if the server does not report its time.
   */
  clockAhead(location: string, clock: Clock): Promise<number | undefined>;
}

/** The settings that name a server. */
export type ServerSetting = "MONGO_URI";
