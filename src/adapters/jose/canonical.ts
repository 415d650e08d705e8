const COMPACT_JWS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const MAX_LENGTH = 8192;
const ALLOWED_HEADER = new Set(["alg", "typ", "kid"]);

/** What the header of a token says it is; whether that is right is for the verifier to say. */
interface Header {
  readonly typ?: unknown;
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
  const header = parseObject(Buffer.from(segments[0] as string, "base64url").toString());
  const isPlain = header !== undefined && Object.keys(header).every((name) => ALLOWED_HEADER.has(name));
  return isPlain ? header : undefined;
}

function isCanonicalBase64Url(segment: string): boolean {
  return Buffer.from(segment, "base64url").toString("base64url") === segment;
}

function parseObject(json: string): object | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
