import type { Clock } from "../../application/ports/clock.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";

/**
 * What a storage can do. Everything in this folder's siblings that depends on the storage asks its descriptor, and
 * no code asks for one by its name: the import from the Flask server alone reads `MONGO_URI` for its own database. A descriptor loads its adapter when it is called, not when it is imported.
 */
export type StorageDescriptor = ProcessStorage | DirectoryStorage | ServerStorage;

/**
 * Keeps all data in the process that serves, and loses them when it ends. So it has one worker, no command can read
 * it from another process, nothing of it can be exported or backed up, and its secret is made at each start.
 */
export interface ProcessStorage {
  readonly home: "process";
  open(): Promise<Storage>;
}

/**
 * Keeps all data in files in `DATA_DIR`. So its secret is kept in a file beside them where `SECRET_KEY` is not set,
 * `connect-auth backup` and `restore` work, and `doctor` examines the disk.
 */
export interface DirectoryStorage {
  readonly home: "directory";
  /** What people call the technology. */
  readonly title: string;
  /** The names of its files in the directory. The first one holds all data: it alone is a backup of the store. */
  readonly files: readonly [data: string, ...others: string[]];
  /** Whether several processes can have it open at once: workers, and commands beside a running service. */
  readonly isSharedByProcesses: boolean;
  /** Whether a store was ever made in this directory. Creates nothing. */
  holdsStore(directory: string): Promise<boolean>;
  /** Opens the store, which is made where there is none. `failed` is told if it can no longer be written. */
  open(directory: string, failed?: (fault: Error) => void): Promise<CopyableStorage>;
}

/** A storage that can be copied while it is in use. */
export interface CopyableStorage extends Storage {
  /** Writes its data file, as it is at one moment, to a new file. */
  copyTo(path: string): Promise<void>;
}

/**
 * Keeps all data on a server, which a setting of its own names. Any number of processes may share it, so `SECRET_KEY`
 * must be set. It has its own tools for backups.
 */
export interface ServerStorage {
  readonly home: "server";
  /** What people call the technology. */
  readonly title: string;
  /** The setting that names the server. Where it is set and `STORAGE` is not, this storage is chosen. */
  readonly setting: ServerSetting;
  /** The tools that back it up and restore it. */
  readonly backupTools: string;
  /** What to do where it cannot be used. */
  readonly advice: string;
  /** What opening has made sure of, as `doctor` tells it. */
  readonly prepared: { readonly name: string; readonly found: string };
  /** What is wrong with the value of its setting, if anything. Connects to nothing. */
  faultOf(location: string): Promise<string | undefined>;
  /** The server in words for people, without a password. */
  describe(location: string): Promise<string>;
  /** Opens the storage, which is made where there is none. */
  open(location: string): Promise<Storage>;
  /** Opens the storage without writing anything to it. */
  openToRead(location: string): Promise<Storage>;
  /** By how many milliseconds the server's clock is ahead; `undefined` where the server does not tell its time. */
  clockAhead(location: string, clock: Clock): Promise<number | undefined>;
}

/** The settings that name a server. */
export type ServerSetting = "MONGO_URI";
