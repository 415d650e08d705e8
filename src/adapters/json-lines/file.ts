import { randomBytes } from "node:crypto";
import { link, lstat, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** @throws Error where there is something of this name, before anything is done for it */
export async function mustBeFree(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found) throw isThere(path);
}

/**
 * Writes a file that its owner alone can read. It has its name once all of it is on disk, and not at all where
 * that fails; `overwrite` lets it take the place of another.
 */
export async function writeWhole(
  path: string,
  texts: AsyncIterable<string>,
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  const draft = `${path}.${process.pid}.${randomBytes(6).toString("hex")}.part`;
  const file = await open(draft, "wx", 0o600);
  try {
    try {
      for await (const text of texts) await file.write(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await (overwrite ? rename(draft, path) : linkNew(draft, path));
  } finally {
    await rm(draft, { force: true });
  }
  await syncDirectoryOf(path);
}

async function linkNew(draft: string, path: string): Promise<void> {
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EEXIST" ? isThere(path) : error;
  });
}

function isThere(path: string): Error {
  return new Error(`${path} is there already`);
}

/** A name in a directory survives a power cut only once the directory is synced. */
async function syncDirectoryOf(path: string): Promise<void> {
  const directory = await open(dirname(path), "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
