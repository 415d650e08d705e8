import { closeSync, openSync, readSync } from "node:fs";

/** The text of a settings file, or why it cannot be used. `fault` is worded to follow the file's name. */
export type TextFile = { readonly text: string } | { readonly fault: string; readonly code?: string };

/** More than any settings file needs. */
const MAX_BYTES = 1_048_576;

/** Reads a UTF-8 file. A byte order mark is dropped. */
export function readTextFile(path: string): TextFile {
  try {
    return decodeText(readAtMost(path, MAX_BYTES + 1));
  } catch (error) {
    const { code = "no reason is known" } = error as NodeJS.ErrnoException;
    return { fault: `cannot be read (${code})`, code };
  }
}

/** Reads at most `most` bytes, because a device, for example, may never end. */
function readAtMost(path: string, most: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(most);
    let length = 0;
    for (let read = -1; read !== 0 && length < most; length += read) {
      read = readSync(file, bytes, length, most - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function decodeText(bytes: Uint8Array): TextFile {
  if (bytes.length > MAX_BYTES) return { fault: `is larger than ${MAX_BYTES} bytes` };
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return { fault: "is UTF-16: save it as UTF-8" };
  }
  if (bytes.includes(0)) return { fault: "has a NUL in it: save it as text in UTF-8" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { fault: "is not UTF-8" };
  }
}
