import { STORAGE_NAMES, STORAGES, type StorageName } from "../../src/composition/storages/storages.ts";
import { temporaryDirectory } from "./server-process.ts";
import { dropDatabase, freshDatabase, mongoServer } from "./storage-mongodb.ts";

interface StorageChoice {
  /** Its name in test titles. */
  readonly name: string;
  /** Variables that choose an empty storage of the caller's own, and a function that removes it. */
  open(): { readonly env: Record<string, string>; readonly remove: () => void | Promise<void> };
}

/** How tests choose each storage; `undefined` if it is not available here. */
const CHOICES: Record<StorageName, StorageChoice | undefined> = {
  memory: { name: "memory", open: () => ({ env: { STORAGE: "memory" }, remove: () => {} }) },
  lmdb: inDirectory("LMDB"),
  mongodb: mongoServer ? { name: "MongoDB", open: openDatabase } : undefined,
};

/** A storage in files, in a directory of one test. */
function inDirectory(name: string, choice: Record<string, string> = {}): StorageChoice {
  return {
    name,
    open() {
      const { path, remove } = temporaryDirectory();
      return { env: { ...choice, DATA_DIR: path }, remove };
    },
  };
}

function openDatabase() {
  const MONGO_URI = freshDatabase();
  const SECRET_KEY = "a secret that all processes of a test have";
  return { env: { MONGO_URI, SECRET_KEY }, remove: () => dropDatabase(MONGO_URI) };
}

/** All storages available here, chosen by configuration alone. Those that keep nothing come first. */
export const storageChoices = STORAGE_NAMES.flatMap((name) => {
  const choice = CHOICES[name];
  return choice ? [{ ...choice, kind: STORAGES[name].kind }] : [];
}).sort((one, other) => Number(other.kind === "process") - Number(one.kind === "process"));

/** The storages that several processes can share. */
export const sharedStorages = storageChoices.filter(({ kind }) => kind !== "process");
