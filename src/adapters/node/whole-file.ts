import { randomBytes } from "node:crypto";
import { chmod, link, lstat, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Checks early that a new file can be created. @throws Error if the name exists */
export async function assertNoFile(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found) throw isThere(path);
}

/** Whether an existing file may be replaced. */
export interface Placing {
  readonly overwrite: boolean;
}

/**
 * Writes a file that only its owner can read. It appears under its name once all of it is on disk, or not at
 * all. `overwrite` lets it replace an existing file.
 */
export function writeWhole(path: string, texts: AsyncIterable<string>, placing: Placing): Promise<void> {
  return placeWhole(path, placing, async (draft) => {
    const file = await open(draft, "wx", 0o600);
    try {
      for await (const text of texts) await file.write(text);
    } finally {
      await file.close();
    }
  });
}

/**
 * Places a file like `writeWhole`. `make` writes it under the draft name that it is given, readable only by its
 * owner from the first byte.
 */
export async function placeWhole(
  path: string,
  { overwrite }: Placing,
  make: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = `${path}.${process.pid}.${randomBytes(6).toString("hex")}.part`;
  try {
    await make(draft);
    await chmod(draft, 0o600);
    await syncFile(draft);
    await (overwrite ? rename(draft, path) : linkNew(draft, path));
  } finally {
    await rm(draft, { force: true });
  }
  await syncDirectoryOf(path);
}

/** Gives a file its name. Fails if the name exists. */
export async function linkNew(draft: string, path: string): Promise<void> {
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EEXIST" ? isThere(path) : error;
  });
}

function isThere(path: string): Error {
  return new Error(`${path} is there already`);
}

/** Syncs the directory of a path: without it, a new name may be lost in a power cut. */
export function syncDirectoryOf(path: string): Promise<void> {
  return syncFile(dirname(path));
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
