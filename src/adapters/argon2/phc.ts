import type { Argon2Cost } from "./driver.ts";

/** An argon2id hash at any cost: header (kind and cost), memory, lanes, salt, checksum of 32 bytes. */
const FORMAT =
  /^(\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=[1-9]\d{0,3},p=([1-9]\d?)\$)([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{43})$/;

/** RFC 9106, section 3.1: the least memory for each lane. */
const LEAST_KIB_PER_LANE = 8;

/** The part of a PHC string that states kind and cost. */
export function headerOf({ memoryKib, passes, lanes }: Argon2Cost): string {
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$`;
}

/**
 * The header of a stored PHC string, or `undefined` if it is not one that the service can have made. Each string
 * accepted here is read alike by all drivers: they differ in what they do with others, such as Base64 that is not
 * canonical.
 */
export function headerIn(stored: string): string | undefined {
  const [, header, memory, lanes, salt = "", checksum = ""] = FORMAT.exec(stored) ?? [];
  if (Number(memory) < LEAST_KIB_PER_LANE * Number(lanes)) return undefined;
  return isCanonical(salt) && isCanonical(checksum) ? header : undefined;
}

/** Whether this is the one spelling of these bytes in Base64 without padding (RFC 4648, section 3.5). */
function isCanonical(base64: string): boolean {
  const padded = base64.padEnd(Math.ceil(base64.length / 4) * 4, "=");
  return Buffer.from(base64, "base64").toString("base64") === padded;
}
