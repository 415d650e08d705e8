import { temporaryDirectory } from "./server-process.ts";
import { dropDatabase, freshDatabase, mongoServer } from "./storage-mongodb.ts";

interface StorageChoice {
  readonly name: string;
  /** Variables that choose an empty storage of the caller's own, and how to be rid of it. */
  open(): { readonly env: Record<string, string>; readonly remove: () => void | Promise<void> };
}

const memory: StorageChoice = {
  name: "memory",
  open: () => ({ env: { STORAGE: "memory" }, remove: () => {} }),
};

const lmdb: StorageChoice = {
  name: "LMDB",
  open() {
    const { path, remove } = temporaryDirectory();
    return { env: { DATA_DIR: path }, remove };
  },
};

const mongodb: StorageChoice = {
  name: "MongoDB",
  open() {
    const MONGO_URI = freshDatabase();
    const SECRET_KEY = "a secret that all processes of a test have";
    return { env: { MONGO_URI, SECRET_KEY }, remove: () => dropDatabase(MONGO_URI) };
  },
};

/** The storages that several processes can share. */
export const sharedStorages: StorageChoice[] = mongoServer ? [lmdb, mongodb] : [lmdb];

/** Every storage that the service runs on, chosen by configuration alone. */
export const storageChoices: StorageChoice[] = [memory, ...sharedStorages];
