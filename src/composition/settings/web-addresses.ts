import { isIP } from "node:net";

/** Web addresses in settings. No fault repeats text that may be a password. */

/**
 * An `http` or `https` URL without user and password. An `@` is refused anywhere: in a URL whose password
 * contains `/`, `?` or `#`, the user name would be parsed as the host.
 */
export function isWebUrl(text: string): boolean {
  return /^https?:\/\/[^/\s\p{Cc}\\@][^\s\p{Cc}\\@]*$/u.test(text) && URL.canParse(text);
}

/** Schemes under which apps load their own pages. `URL` does not give an origin for these. */
const APP_ORIGIN = /^(capacitor|ionic|tauri):\/\/[a-z0-9](?:[a-z0-9.-]{0,252})(?::[1-9]\d{0,4})?$/;

const ORIGINS =
  "must be origins such as https://app.example.com or capacitor://localhost, separated by commas";

/** The fault of an origin; `undefined` if browsers send exactly this text (RFC 6454, section 6.1). */
export function originFault(text: string): string | undefined {
  if (APP_ORIGIN.test(text)) return undefined;
  if (text.includes("*")) return "must be full origins: wildcards are not supported, name each one";
  if (text.toLowerCase() === "null") return `${ORIGINS}; any page can have the origin null`;
  if (!isWebUrl(text)) return ORIGINS;
  const { origin } = new URL(text);
  return origin === text
    ? undefined
    : `must be origins as browsers send them: ${origin} and nothing after it`;
}

/** Whether `text` is an IP address or a host name. */
export function isHost(text: string): boolean {
  return isIP(text) !== 0 || (text.length <= 255 && /^\w(?:[\w.-]*\w)?\.?$/.test(text));
}
