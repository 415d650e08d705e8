import type { JWTPayload } from "jose";

const COMPACT_JWS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const MAX_LENGTH = 8192;
const ALLOWED_HEADER = new Set(["alg", "typ", "kid"]);

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** What the header of a token says it is; whether that is right is for the verifier to say. */
export interface Header {
  readonly alg?: unknown;
  readonly typ?: unknown;
  readonly kid?: unknown;
}

/**
 * The header of a token, if that is an object of `alg`, `typ` and perhaps `kid` and the token not too long to be one
 * of ours; else `undefined`.
 */
export function headerOf(token: string): Header | undefined {
  if (token.length > MAX_LENGTH) return undefined;
  const header = objectIn(token.slice(0, token.indexOf(".")));
  const isPlain = header !== undefined && Object.keys(header).every((name) => ALLOWED_HEADER.has(name));
  return isPlain ? header : undefined;
}

/**
 * Whether a token is spelt in the only way that this service spells: three segments of canonical base64url (RFC 4648,
 * section 3.5). Libraries accept more spellings than one; a token with several names would slip past whoever knows it
 * by another.
 */
export function isCanonical(token: string): boolean {
  const segments = COMPACT_JWS.exec(token)?.slice(1);
  return segments?.every(isCanonicalBase64Url) ?? false;
}

/** The payload of a canonical token, to be asked for once its signature is known to be good; `undefined` if it is no object. */
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
