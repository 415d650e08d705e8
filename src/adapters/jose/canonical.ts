import type { JWTPayload } from "jose";

const COMPACT_JWS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const MAX_LENGTH = 8192;
const ALLOWED_HEADER = new Set(["alg", "typ", "kid"]);

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** What a token says of itself; whether that is right is for the verifier to say. */
interface Spelt {
  readonly header: { readonly alg?: unknown; readonly typ?: unknown; readonly kid?: unknown };
  /** `undefined` where it is no JSON object. */
  readonly payload: JWTPayload | undefined;
}

/**
 * A token that is spelt in the only way this service spells: three segments of canonical base64url (RFC 4648,
 * section 3.5) and a header of `alg`, `typ` and perhaps `kid`; `undefined` for any other. Libraries accept more
 * spellings than one; a token with several names would slip past whoever knows it by another.
 */
export function canonicalToken(token: string): Spelt | undefined {
  if (token.length > MAX_LENGTH) return undefined;
  const segments = COMPACT_JWS.exec(token)?.slice(1);
  if (segments === undefined || !segments.every(isCanonicalBase64Url)) return undefined;
  const [header, payload] = [segments[0], segments[1]].map((segment) => objectIn(segment as string));
  const isPlain = header !== undefined && Object.keys(header).every((name) => ALLOWED_HEADER.has(name));
  return isPlain ? { header, payload } : undefined;
}

function isCanonicalBase64Url(segment: string): boolean {
  return Buffer.from(segment, "base64url").toString("base64url") === segment;
}

function objectIn(segment: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(UTF8.decode(Buffer.from(segment, "base64url")));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
