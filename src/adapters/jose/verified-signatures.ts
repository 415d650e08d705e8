import { hash } from "node:crypto";
import { type CryptoKey, compactVerify } from "jose";

/** Some 5 MB of digests for each key that verifies. */
const REMEMBERED = 50_000;

/** By key, so that what a key verified goes with it, digests of the tokens: they are secrets, and not kept. */
const verified = new WeakMap<CryptoKey | Uint8Array, Set<string>>();

/**
 * Checks the signature of a compact JWS (RFC 7515, section 5.2) the first time that it is seen under this key, and
 * remembers that it was good: of the very same bytes, that never changes. All else that a token must be does, so
 * nothing but the signature is remembered, and bad ones are not.
 * @throws JOSEError
 */
export async function mustBeSigned(
  token: string,
  key: CryptoKey | Uint8Array,
  algorithm: string,
): Promise<void> {
  const ofKey = verifiedBy(key);
  const digest = hash("sha256", token, "base64url");
  if (ofKey.has(digest)) return;
  await compactVerify(token, key, { algorithms: [algorithm] });
  const [oldest = ""] = ofKey;
  if (ofKey.size >= REMEMBERED) ofKey.delete(oldest);
  ofKey.add(digest);
}

function verifiedBy(key: CryptoKey | Uint8Array): Set<string> {
  let known = verified.get(key);
  if (known === undefined) {
    known = new Set();
    verified.set(key, known);
  }
  return known;
}
