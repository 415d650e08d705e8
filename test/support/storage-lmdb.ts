import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLmdbStorage } from "../../src/adapters/lmdb/storage.ts";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { StorageHarness } from "./storage-harness.ts";

export interface LmdbHarness extends Required<StorageHarness> {
  /** A directory that is removed with the rest. */
  directory(): Promise<string>;
  /** Opens a storage in a given directory. */
  openAt(directory: string): Promise<Storage>;
}

/** LMDB in directories of its own. */
export function lmdbHarness(): LmdbHarness {
  const directories: string[] = [];
  const opened = new Map<Storage, string>();

  async function directory() {
    const made = await mkdtemp(join(tmpdir(), "auth-lmdb-"));
    directories.push(made);
    return made;
  }

  async function openAt(at: string) {
    const storage = await openLmdbStorage(at);
    opened.set(storage, at);
    return storage;
  }

  return {
    directory,
    openAt,
    open: async () => openAt(join(await directory(), "store.v1")),
    async reopen(storage) {
      await storage.close();
      return openAt(opened.get(storage) as string);
    },
    async cleanup() {
      await Promise.all([...opened.keys()].map((storage) => storage.close()));
      opened.clear();
      await Promise.all(directories.splice(0).map((made) => rm(made, { recursive: true, force: true })));
    },
  };
}
