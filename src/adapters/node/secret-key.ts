import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { syncDirectoryOf } from "./whole-file.ts";

/** Purposes of derived keys. Each purpose has its own key, derived from the one secret. */
export type KeyPurpose =
  | "refresh-tokens"
  | "signing-keys"
  | "secret-check"
  | "throttle"
  | "mailed-links"
  | "registrations"
  | "factors";

const MIN_BYTES = 32;

/** Derives a 32-byte key for one purpose by HKDF-SHA-256 (RFC 5869). */
export function deriveKey(secret: string, purpose: KeyPurpose): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, "", `connect-auth ${purpose} v1`, 32));
}

/** A fingerprint that identifies a secret without revealing it. */
export function secretFingerprint(secret: string): string {
  return keyedHasher(deriveKey(secret, "secret-check"))("fingerprint");
}

/**
 * Makes keyed hashes for names in storage, so that a reader of the storage cannot recover the original names.
 */
export function keyedHasher(key: Uint8Array): (text: string) => string {
  return (text) => createHmac("sha256", key).update(text).digest("base64url");
}

/**
 * The secret that is kept beside an embedded store: generated at the first start, readable only by its owner.
 * The file is complete before its name appears, so that processes that start at the same time all use the same
 * secret.
 */
export async function keptSecretKey(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return (await foundSecretKey(directory)) ?? (await makeSecret(pathIn(directory)));
}

/** Reads the kept secret; `undefined` if there is none. */
export function foundSecretKey(directory: string): Promise<string | undefined> {
  return readIfThere(pathIn(directory));
}

const pathIn = (directory: string) => join(directory, "secret.key");

async function makeSecret(path: string): Promise<string> {
  const draft = `${path}.${process.pid}.${randomBytes(6).toString("hex")}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`${randomBytes(48).toString("base64url")}\n`);
    await file.sync();
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
  await syncDirectoryOf(path);
  const secret = await readIfThere(path);
  if (secret === undefined) throw new Error(`${path} vanished while it was being created`);
  return secret;
}

async function readIfThere(path: string): Promise<string | undefined> {
  let secret: string;
  try {
    secret = (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  // the rest of a damaged secret could be guessed
  if (Buffer.byteLength(secret) < MIN_BYTES) throw new Error(`${path} is damaged: it has too few bytes`);
  return secret;
}
