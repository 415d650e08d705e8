const COMPACT_JWS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const MAX_LENGTH = 8192;
const ALLOWED_HEADER = new Set(["alg", "typ", "kid"]);

/**
 * Whether the token is spelt in the only way this service spells: three segments of canonical base64url
 * (RFC 4648, section 3.5) and a header of `alg`, `typ` and perhaps `kid`. Libraries accept more spellings
 * than one; a token with several names would slip past whoever knows it by another.
 */
export function isCanonical(token: string): boolean {
  if (token.length > MAX_LENGTH) return false;
  const segments = COMPACT_JWS.exec(token)?.slice(1);
  if (segments === undefined || !segments.every(isCanonicalBase64Url)) return false;
  const header = parseObject(Buffer.from(segments[0] as string, "base64url").toString());
  return header !== undefined && Object.keys(header).every((name) => ALLOWED_HEADER.has(name));
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
