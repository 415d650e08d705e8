import type { JWTPayload } from "jose";

const COMPACT_JWS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const MAX_LENGTH = 8192;
const ALLOWED_HEADER = new Set(["alg", "typ", "kid"]);

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The unverified header of a token. */
export interface Header {
  readonly alg?: unknown;
  readonly typ?: unknown;
  readonly kid?: unknown;
}

/**
 * The header of a token if it is an object of `alg`, `typ` and an optional `kid`, and the token is not longer
 * than this service's tokens can be; else `undefined`.
 */
export function headerOf(token: string): Header | undefined {
  if (token.length > MAX_LENGTH) return undefined;
  const header = objectIn(token.slice(0, token.indexOf(".")));
  const isPlain = header !== undefined && Object.keys(header).every((name) => ALLOWED_HEADER.has(name));
  return isPlain ? header : undefined;
}

/**
 * Whether a token is in this service's only encoding: three segments of canonical base64url (RFC 4648, section
 * 3.5). Libraries accept further encodings. With several encodings, a token could bypass a check by its text.
 */
export function isCanonical(token: string): boolean {
  const segments = COMPACT_JWS.exec(token)?.slice(1);
  return segments?.every(isCanonicalBase64Url) ?? false;
}

/** The payload of a canonical token whose signature was verified; `undefined` if it is no object. */
export function payloadOf(token: string): JWTPayload | undefined {
  return objectIn(token.split(".")[1]);
}

function isCanonicalBase64Url(segment: string): boolean {
  return Buffer.from(segment, "base64url").toString("base64url") === segment;
}

function objectIn(segment = ""): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(UTF8.decode(Buffer.from(segment, "base64url")));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
