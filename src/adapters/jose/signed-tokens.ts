import { type CryptoKey, compactVerify, errors, type JWTPayload } from "jose";
import { type Header, isCanonical, payloadOf } from "./canonical.ts";

/** A token's header and payload, and the key that its signature was verified with. */
export interface SignedToken {
  readonly header: Header;
  readonly payload: Readonly<JWTPayload>;
  readonly key: CryptoKey | Uint8Array;
}

/** Takes about 25 MB. */
const MAX_CACHED = 20_000;

/**
 * Verified tokens by their text. Keeping the text adds no risk: an attacker with access to this memory also has the
 * signing key.
 */
const cache = new Map<string, SignedToken>();

/**
 * The earlier verification of exactly this token. It says nothing about the token's validity now, or under
 * another key.
 */
export function cachedVerification(token: string): SignedToken | undefined {
  return cache.get(token);
}

const pending = new Map<
  string,
  { readonly key: SignedToken["key"]; readonly outcome: Promise<SignedToken> }
>();

/**
 * Verifies the encoding and the signature of a compact JWS (RFC 7515, section 5.2), and caches valid ones. Callers
 * with the same token and key share a running verification: apps send several requests at once after a refresh.
 * @throws JOSEError
 */
export function verifySignature(
  token: string,
  header: Header,
  key: CryptoKey | Uint8Array,
  algorithm: string,
): Promise<SignedToken> {
  const shared = pending.get(token);
  if (shared?.key === key) return shared.outcome;
  const outcome = verified(token, header, key, algorithm).finally(() => {
    if (pending.get(token)?.outcome === outcome) pending.delete(token);
  });
  pending.set(token, { key, outcome });
  return outcome;
}

async function verified(
  token: string,
  header: Header,
  key: CryptoKey | Uint8Array,
  algorithm: string,
): Promise<SignedToken> {
  if (!isCanonical(token))
    throw new errors.JWSInvalid("The token is not encoded as this service encodes tokens");
  await compactVerify(token, key, { algorithms: [algorithm] });
  const payload = payloadOf(token);
  if (payload === undefined) throw new errors.JWTInvalid("The payload is no JSON object");
  const signed = { header, payload: Object.freeze(payload), key };
  const [oldest] = cache.keys();
  if (cache.size >= MAX_CACHED && oldest !== undefined) cache.delete(oldest);
  cache.set(copyOf(token), signed);
  return signed;
}

/** Copies a token, because a substring would keep the whole header or body in memory. */
function copyOf(token: string): string {
  return Buffer.from(token, "latin1").toString("latin1");
}
