import { timingSafeEqual } from "node:crypto";
import type { LinkSecrets } from "../../application/ports/link-secrets.ts";
import { keyedHasher } from "./secret-key.ts";

/**
 * User id, token id, and an authentication code over both and the purpose. Ids are UUIDs, or ids from the Flask
 * server's database.
 */
const FORMAT = /^([A-Za-z0-9-]{1,64})\.([A-Za-z0-9-]{1,64})\.([A-Za-z0-9_-]{43})$/;

/** Link secrets with a 256-bit code (HMAC, RFC 2104). The first key signs; any of the keys verifies. */
export function keyedLinkSecrets(keys: readonly [Uint8Array, ...Uint8Array[]]): LinkSecrets {
  return {
    make: ({ purpose, userId, id }) => `${userId}.${id}.${codeOf(keys[0], purpose, userId, id)}`,
    read(purpose, text) {
      const [, userId, id, code] = FORMAT.exec(text) ?? [];
      if (userId === undefined || id === undefined || code === undefined) return undefined;
      const isOurs = keys.some((key) => isSame(code, codeOf(key, purpose, userId, id)));
      return isOurs ? { userId, id } : undefined;
    },
  };
}

function codeOf(key: Uint8Array, ...parts: readonly string[]): string {
  return keyedHasher(key)(parts.join("."));
}

/**
 * Compares two codes of equal length in constant time. It compares the text, because base64url allows several
 * spellings of the last letter.
 */
function isSame(given: string, code: string): boolean {
  return timingSafeEqual(Buffer.from(given), Buffer.from(code));
}
