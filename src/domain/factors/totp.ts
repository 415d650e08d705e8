import { base32 } from "./base32.ts";
import { isSameText } from "./constant-time.ts";
import type { Hmac } from "./hmac.ts";

/** Time-based one-time passwords (TOTP, RFC 6238), with the parameters that every authenticator supports. */

/** The length that RFC 4226, section 4 recommends. */
export const TOTP_SECRET_BYTES = 20;
const DIGITS = 6;
const STEP_MS = 30_000;
/** Accepted steps before and after the present one: clocks differ, and typing takes time. */
const WINDOW = 1;

/** Earlier than every step. */
export const NO_STEP = -1;

/** The number of the time step at `now`. */
export function stepAt(now: Date): number {
  return Math.floor(now.getTime() / STEP_MS);
}

/** The one-time password of a counter or time step (HOTP, RFC 4226, section 5.3). */
export function hotp(hmac: Hmac, secret: Uint8Array, counter: number, digits = DIGITS): string {
  const message = new Uint8Array(8);
  new DataView(message.buffer).setBigUint64(0, BigInt(counter));
  const hash = hmac(secret, message);
  const offset = (hash.at(-1) as number) & 0xf;
  const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
  const number = view.getUint32(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}

/**
 * The time step of this code, if it is one of the steps accepted at `now` and later than `lastStep`; `undefined` for a
 * wrong or used code. All accepted steps are compared, so that the time does not tell which one it is.
 */
export function acceptedStep(
  hmac: Hmac,
  secret: Uint8Array,
  code: string,
  lastStep: number,
  now: Date,
): number | undefined {
  const typed = code.replace(/\s/g, "");
  const present = stepAt(now);
  let accepted: number | undefined;
  for (let step = present - WINDOW; step <= present + WINDOW; step += 1) {
    const isMatch = isSameText(hotp(hmac, secret, step), typed);
    if (isMatch && step > lastStep) accepted ??= step;
  }
  return accepted;
}

/**
 * The URI that authenticators read from a QR code. Its form is that of Google Authenticator's "Key Uri Format", which the
 * others follow; parameters with their default values are left out.
 */
export function otpauthUri(secret: Uint8Array, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`;
}
