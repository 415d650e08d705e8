import { isIP } from "node:net";

/** Addresses on the web as settings take them. What refuses one repeats nothing that may be a password. */

/**
 * An `http` or `https` URL without user and password. An `@` is refused anywhere: a password that holds `/`, `?` or
 * `#` makes a URL of which its user is the host.
 */
export function isWebUrl(text: string): boolean {
  return /^https?:\/\/[^/\s\p{Cc}\\@][^\s\p{Cc}\\@]*$/u.test(text) && URL.canParse(text);
}

/** Schemes under which apps load their own pages, whose origins URL itself does not know. */
const APP_ORIGIN = /^(capacitor|ionic|tauri):\/\/[a-z0-9](?:[a-z0-9.-]{0,252})(?::[1-9]\d{0,4})?$/;

const ORIGINS =
  "must be origins such as https://app.example.com or capacitor://localhost, separated by commas";

/** What is wrong with an origin; `undefined` for one that browsers send just so (RFC 6454, section 6.1). */
export function originFault(text: string): string | undefined {
  if (APP_ORIGIN.test(text)) return undefined;
  if (text.includes("*")) return "must be origins in full: none is matched by a wildcard, name each one";
  if (text.toLowerCase() === "null") return `${ORIGINS}; any page can have the origin null`;
  if (!isWebUrl(text)) return ORIGINS;
  const { origin } = new URL(text);
  return origin === text
    ? undefined
    : `must be origins as browsers send them: ${origin} without anything more`;
}

/** An address or the name of one, to listen on. */
export function isHost(text: string): boolean {
  return isIP(text) !== 0 || (text.length <= 255 && /^\w(?:[\w.-]*\w)?\.?$/.test(text));
}
