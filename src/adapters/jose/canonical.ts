import type { JWTPayload } from "jose";

const COMPACT_JWS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const MAX_LENGTH = 8192;
const ALLOWED_HEADER = new Set(["alg", "typ", "kid"]);

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** What the header of a token says it is; whether that is right is for the verifier to say. */
interface Header {
  readonly alg?: unknown;
  readonly typ?: unknown;
  readonly kid?: unknown;
}

/**
 * The header of a token that is spelt in the only way this service spells: three segments of canonical
 * base64url (RFC 4648, section 3.5) and a header of `alg`, `typ` and perhaps `kid`; `undefined` for any
 * other. Libraries accept more spellings than one; a token with several names would slip past whoever
 * knows it by another.
 */
export function canonicalHeader(token: string): Header | undefined {
  if (token.length > MAX_LENGTH) return undefined;
  const segments = COMPACT_JWS.exec(token)?.slice(1);
  if (segments === undefined || !segments.every(isCanonicalBase64Url)) return undefined;
  const header = objectIn(segments[0]);
  const isPlain = header !== undefined && Object.keys(header).every((name) => ALLOWED_HEADER.has(name));
  return isPlain ? header : undefined;
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
