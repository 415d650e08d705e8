import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { appendFile, open, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

/** What a backup says of itself. */
export interface BackupSeal {
  /** All that was acknowledged before this moment is in it. */
  readonly at: Date;
}

const FORMAT = "hbtu-connect-auth backup";
const VERSION = 1;
/** More than a seal has. */
const MOST_BYTES = 1_024;

/** The copy of a store becomes a backup by a line at its end, which says how long it is and what is in it. */
export async function sealBackup(path: string, at: Date): Promise<void> {
  const { size: bytes } = await stat(path);
  const sha256 = await hashOf(path, bytes);
  const seal = { format: FORMAT, version: VERSION, at: at.toISOString(), bytes, sha256 };
  await appendFile(path, `\n${JSON.stringify(seal)}\n`);
}

/** Takes the store out of a backup. @throws Error where the file is not a whole backup, in words for people */
export async function unpackBackup(path: string, to: string): Promise<BackupSeal> {
  const { at, bytes, sha256 } = await readSeal(path);
  const store = createWriteStream(to, { flags: "wx", mode: 0o600, flush: true });
  await pipeline(storeIn(path, bytes), store);
  // of what was written, so that this was read back, too
  if ((await hashOf(to, bytes)) !== sha256) throw new Error(`${path} was changed since it was made`);
  return { at: new Date(at) };
}

async function readSeal(path: string): Promise<{ at: string; bytes: number; sha256: string }> {
  const { text, size } = await readTail(path);
  const line = text.slice(text.lastIndexOf("\n{"));
  try {
    const { format, version, ...seal } = JSON.parse(line);
    const isWhole = seal.bytes + line.length === size && line.endsWith("}\n");
    if (format !== FORMAT || version !== VERSION || !isWhole)
      throw new Error("The last line is of another file");
    return seal;
  } catch (cause) {
    throw new Error(`${path} is not a backup of this version, or not all of one`, { cause });
  }
}

async function readTail(path: string): Promise<{ text: string; size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, MOST_BYTES);
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
