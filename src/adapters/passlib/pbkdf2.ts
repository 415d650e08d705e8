import { pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { LegacyHashes } from "../../application/ports/legacy-hashes.ts";

/** `$pbkdf2-sha256$rounds$salt$checksum`, both in base64 with `.` for `+` and no padding. */
const FORMAT = /^\$pbkdf2-sha256\$([1-9]\d{0,6})\$([A-Za-z0-9./]{0,1400})\$([A-Za-z0-9./]{43})$/;

/** More would let one stored hash hold a thread for seconds. */
const MAX_ROUNDS = 1_000_000;
const CHECKSUM_BYTES = 32;

const derive = promisify(pbkdf2);

/** PBKDF2-HMAC-SHA-256 (RFC 8018) as passlib writes it: what the Flask server stored. */
export const passlibPbkdf2: LegacyHashes = {
  accepts: (hash) => parse(hash) !== undefined,
  async verify(hash, password) {
    const parsed = parse(hash);
    if (parsed === undefined) return false;
    const { rounds, salt, checksum } = parsed;
    return timingSafeEqual(await derive(password, salt, rounds, CHECKSUM_BYTES, "sha256"), checksum);
  },
  // passlib's rounds by default, over a salt and a checksum of zeros
  standIn: `$pbkdf2-sha256$29000$${"A".repeat(22)}$${"A".repeat(43)}`,
};

function parse(hash: string) {
  const [, rounds = "0", salt = "", checksum = ""] = FORMAT.exec(hash) ?? [];
  if (checksum === "" || Number(rounds) > MAX_ROUNDS) return undefined;
  return { rounds: Number(rounds), salt: decode(salt), checksum: decode(checksum) };
}

function decode(text: string): Buffer {
  return Buffer.from(text.replaceAll(".", "+"), "base64");
}
