import { holdsStore, STORE_FILES } from "../../adapters/lmdb/directory.ts";
import type { DirectoryStorage } from "./descriptor.ts";

/** The embedded store. */
export const lmdb: DirectoryStorage = {
  kind: "directory",
  title: "LMDB",
  files: STORE_FILES,
  isSharedByProcesses: true,
  holdsStore,
  async open(directory, failed) {
    const { openLmdbStorage } = await import("../../adapters/lmdb/storage.ts");
    return openLmdbStorage(directory, failed);
  },
};
