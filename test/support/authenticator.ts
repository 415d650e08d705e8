import { hmacSha1 } from "../../src/adapters/node/hmac.ts";
import { hotp, stepAt } from "../../src/domain/factors/totp.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The bytes of a base32 text (RFC 4648, section 6). */
function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const bytes = bits.match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
}

/** The code that an authenticator with this secret shows at that time, or `steps` steps later. */
export function codeAt(secret: string, now: Date, steps = 0): string {
  return hotp(hmacSha1, fromBase32(secret), stepAt(now) + steps);
}
