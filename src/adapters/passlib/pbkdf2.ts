import { pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { FlaskHashes } from "../../application/flask/flask-hashes.ts";

/**
 * `$pbkdf2-sha256$rounds$salt$checksum`. Salt and checksum are base64 with `.` for `+` and without padding;
 * salts have at most 1,024 bytes.
 */
const FORMAT = /^\$pbkdf2-sha256\$([1-9]\d{0,6})\$([A-Za-z0-9./]{0,1366})\$([A-Za-z0-9./]{43})$/;

/** With more rounds, one stored hash could occupy a thread for seconds. */
const MAX_ROUNDS = 1_000_000;
const CHECKSUM_BYTES = 32;
/** passlib's own default. */
export const USUAL_ROUNDS = 29_000;

const derive = promisify(pbkdf2);

/**
 * Verifies the Flask server's hashes: PBKDF2-HMAC-SHA-256 (RFC 8018) in passlib's format. Verifying a hash with
 * fewer rounds than `highestRounds` also does the missing rounds, so that hashes cannot be told apart by time.
 */
export function passlibHashes(highestRounds: number): FlaskHashes {
  return {
    accepts: (hash) => parse(hash) !== undefined,
    roundsOf: (hash) => parse(hash)?.rounds,
    async verify(hash, password) {
      const parsed = parse(hash);
      if (parsed === undefined) return false;
      const { rounds, salt, checksum } = parsed;
      const derived = await derive(password, salt, rounds, CHECKSUM_BYTES, "sha256");
      const missing = highestRounds - rounds;
      if (missing > 0) await derive(password, salt, missing, CHECKSUM_BYTES, "sha256");
      return timingSafeEqual(derived, checksum);
    },
    // a salt and a checksum of zeros
    standIn: `$pbkdf2-sha256$${highestRounds}$${"A".repeat(22)}$${"A".repeat(43)}`,
  };
}

export const passlibPbkdf2 = passlibHashes(USUAL_ROUNDS);

function parse(hash: string) {
  const [, rounds = "0", salt = "", checksum = ""] = FORMAT.exec(hash) ?? [];
  // no base64 text has a length of 4n + 1
  if (checksum === "" || Number(rounds) > MAX_ROUNDS || salt.length % 4 === 1) return undefined;
  return { rounds: Number(rounds), salt: decode(salt), checksum: decode(checksum) };
}

function decode(text: string): Buffer {
  return Buffer.from(text.replaceAll(".", "+"), "base64");
}
