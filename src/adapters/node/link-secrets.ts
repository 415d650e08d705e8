import { timingSafeEqual } from "node:crypto";
import type { LinkSecrets } from "../../application/ports/link-secrets.ts";
import { keyedHasher } from "./secret-key.ts";

/** User, token and a code over both and the purpose. Ids are UUIDs, or what the Flask server's database made. */
const FORMAT = /^([A-Za-z0-9-]{1,64})\.([A-Za-z0-9-]{1,64})\.([A-Za-z0-9_-]{43})$/;

/** Texts with a code of 256 bits (HMAC, RFC 2104) under the first of the keys, read under any of them. */
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

/** Both have the length of a code. The last of its letters could be spelt in other ways, which are not the same. */
function isSame(given: string, code: string): boolean {
  return timingSafeEqual(Buffer.from(given), Buffer.from(code));
}
