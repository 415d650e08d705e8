import { randomBytes } from "node:crypto";
import { chmod, link, lstat, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** @throws Error where there is something of this name, before anything is done for it */
export async function mustBeFree(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found) throw isThere(path);
}

/** What may become of a file that is there already. */
export interface Placing {
  readonly overwrite: boolean;
}

/**
 * Writes a file that its owner alone can read. It has its name once all of it is on disk, and not at all where
 * that fails; `overwrite` lets it take the place of another.
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

/** The same with a file that `make` makes under the name that it is given, for its owner alone from its first byte. */
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

/** Gives a file a name that nothing has. */
export async function linkNew(draft: string, path: string): Promise<void> {
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EEXIST" ? isThere(path) : error;
  });
}

function isThere(path: string): Error {
  return new Error(`${path} is there already`);
}

/** A name in a directory survives a power cut only once the directory is synced. */
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
