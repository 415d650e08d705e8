import { randomBytes as bytesOf, randomUUID } from "node:crypto";
import { domainToASCII, domainToUnicode } from "node:url";
import type { Clock } from "../../application/ports/clock.ts";
import type { Ids } from "../../application/ports/ids.ts";
import type { RandomBytes } from "../../application/ports/random-bytes.ts";
import { type EmailRules, emailRules } from "../../domain/email.ts";

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };

/** Random UUIDs (version 4, 122 bits from the system's generator). */
export const randomIds: Ids = { next: () => randomUUID() };

/** Bytes from the system's generator. */
export const randomBytes: RandomBytes = (count) => bytesOf(count);

/** The rules for email addresses, with the IDNA table of this Node.js. */
export const platformEmailRules: EmailRules = emailRules(hostToAscii);

/**
 * Converts a host to ASCII, with the same result in every release line of Node.js: later ones accept labels
 * that only look encoded (`xn--a`) unchanged.
 */
function hostToAscii(host: string): string {
  const ascii = domainToASCII(host);
  if (!ENCODED.test(ascii)) return ascii;
  const decoded = domainToUnicode(ascii);
  return !ENCODED.test(decoded) && domainToASCII(decoded) === ascii ? ascii : "";
}

const ENCODED = /(^|\.)xn--/;
