import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { appendFile, open, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

/** The metadata of a backup. */
export interface BackupSeal {
  /** It contains every write that was acknowledged before this moment. */
  readonly at: Date;
}

const FORMAT = "hbtu-connect-auth backup";
const VERSION = 1;
/** More than the length of a seal. */
const MAX_BYTES = 1_024;

/** Makes the copy of a store a backup: appends a line with its length, checksum and time. */
export async function sealBackup(path: string, at: Date): Promise<void> {
  const { size: bytes } = await stat(path);
  const sha256 = await hashOf(path, bytes);
  const seal = { format: FORMAT, version: VERSION, at: at.toISOString(), bytes, sha256 };
  await appendFile(path, `\n${JSON.stringify(seal)}\n`);
}

/**
 * Extracts the store from a backup. @throws Error with a message for people if the file is not a whole backup
 */
export async function unpackBackup(path: string, to: string): Promise<BackupSeal> {
  const { at, bytes, sha256 } = await readSeal(path);
  const store = createWriteStream(to, { flags: "wx", mode: 0o600, flush: true });
  await pipeline(storeIn(path, bytes), store);
  // computed over the written file, so that the copy is verified as well
  if ((await hashOf(to, bytes)) !== sha256) throw new Error(`${path} was changed after it was made`);
  return { at: new Date(at) };
}

async function readSeal(path: string): Promise<{ at: string; bytes: number; sha256: string }> {
  const { text, size } = await readTail(path);
  const line = text.slice(text.lastIndexOf("\n{"));
  try {
    const { format, version, ...seal } = JSON.parse(line);
    const isWhole = seal.bytes + line.length === size && line.endsWith("}\n");
    if (format !== FORMAT || version !== VERSION || !isWhole)
      throw new Error("The last line belongs to another file");
    return seal;
  } catch (cause) {
    throw new Error(`${path} is not a backup of this version, or is incomplete`, { cause });
  }
}

async function readTail(path: string): Promise<{ text: string; size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, MAX_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return { text: buffer.toString("latin1", 0, bytesRead), size };
  } finally {
    await file.close();
  }
}

async function hashOf(path: string, bytes: number): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of storeIn(path, bytes)) hash.update(chunk);
  return hash.digest("hex");
}

function storeIn(path: string, bytes: number) {
  return createReadStream(path, { end: bytes - 1 });
}
