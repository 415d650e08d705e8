import { randomUUID } from "node:crypto";
import { access, constants, type FileHandle, mkdir, open, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The names that LMDB gives its files. */
export const DATA_FILE = "data.mdb";
const LOCK_FILE = "lock.mdb";

/** All files of a store. */
export const STORE_FILES = [DATA_FILE, LOCK_FILE] as const;

/**
 * Prepares and checks the directory of a store. LMDB crashes the process (segmentation fault or bus error) if
 * its files are damaged, cannot be opened or cannot be created for lack of space, so all this is checked before
 * LMDB opens them.
 */
export async function prepareDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const data = join(directory, DATA_FILE);
  const dataSize = await sizeOf(data);
  const lockSize = await sizeOf(join(directory, LOCK_FILE));
  // an existing store can be opened for reading even on a full disk
  if (!dataSize || !lockSize) await proveWritable(directory);
  if (dataSize) await checkData(data);
}

/** Whether the directory holds a store. */
export async function holdsStore(directory: string): Promise<boolean> {
  return Boolean(await sizeOf(join(directory, DATA_FILE)));
}

/** The size of a readable and writable file; `undefined` if there is none. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const file = await stat(path);
    if (!file.isFile()) throw new Error(`${path} is not a file`);
    await access(path, constants.R_OK | constants.W_OK);
    return file.size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** More space than the two files of a new store take. */
const ROOM_FOR_NEW_FILES = 128 * 1024;

async function proveWritable(directory: string): Promise<void> {
  const probe = join(directory, `probe-${randomUUID()}`);
  try {
    await writeFile(probe, Buffer.alloc(ROOM_FOR_NEW_FILES), { mode: 0o600, flush: true });
  } finally {
    await rm(probe, { force: true });
  }
}

// The file begins with two meta pages. Each has this after a header of 24 bytes (struct MDB_meta in mdb.c).
const META_SIZE = 24 + 136;
const MAGIC_AT = 24;
const VERSION_AT = 28;
const PAGE_SIZE_AT = 48;
const ROOTS_AT = [88, 136];
const LAST_PAGE_AT = 144;

const MAGIC = 0xbeefc0de;
const VERSION = 2;
const NO_ROOT = 2n ** 64n - 1n;

async function checkData(path: string): Promise<void> {
  const file = await open(path);
  try {
    const first = await readMeta(file, 0);
    const pageSize = first.readUInt32LE(PAGE_SIZE_AT);
    const metas = [first, await readMeta(file, pageSize)];
    // read after the meta pages, because a process that grows the file writes its data pages first
    const { size } = await file.stat();
    const needed = metas.flatMap((meta) => [
      ...ROOTS_AT.map((at) => meta.readBigUInt64LE(at)).filter((root) => root !== NO_ROOT),
      // the last pages of a transaction may be missing, but one transaction at most doubles a file
      meta.readBigUInt64LE(LAST_PAGE_AT) / 2n,
    ]);
    const pages = BigInt(Math.floor(size / pageSize));
    if (needed.some((page) => page >= pages)) throw new Error("It is cut off");
  } catch (error) {
    throw new Error(`${path} cannot be read as a store`, { cause: error });
  } finally {
    await file.close();
  }
}

async function readMeta(file: FileHandle, position: number): Promise<Buffer> {
  const meta = Buffer.alloc(META_SIZE);
  await file.read(meta, 0, META_SIZE, position);
  if (meta.readUInt32LE(MAGIC_AT) !== MAGIC || meta.readUInt16LE(VERSION_AT) !== VERSION) {
    throw new Error("It is not an LMDB file of the version in use, or damaged");
  }
  return meta;
}
