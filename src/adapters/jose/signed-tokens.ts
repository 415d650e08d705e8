import { type CryptoKey, compactVerify, errors, type JWTPayload } from "jose";
import { type Header, isCanonical, payloadOf } from "./canonical.ts";

/** What a token says, and the key that it was found to be signed with. */
export interface SignedToken {
  readonly header: Header;
  readonly payload: Readonly<JWTPayload>;
  readonly key: CryptoKey | Uint8Array;
}

/** Some 25 MB. */
const REMEMBERED = 20_000;

/** By the token itself: whoever can read this memory finds the key there that signs as many as one likes. */
const remembered = new Map<string, SignedToken>();

/** What was found of these very bytes before. It says nothing of what they are worth now, or of any other key. */
export function cachedVerification(token: string): SignedToken | undefined {
  return remembered.get(token);
}

/**
 * Looks at spelling and signature of a compact JWS (RFC 7515, section 5.2), and remembers those that are good.
 * @throws JOSEError
 */
export async function verifySignature(
  token: string,
  header: Header,
  key: CryptoKey | Uint8Array,
  algorithm: string,
): Promise<SignedToken> {
  if (!isCanonical(token)) throw new errors.JWSInvalid("The token is not spelt as this service spells");
  await compactVerify(token, key, { algorithms: [algorithm] });
  const payload = payloadOf(token);
  if (payload === undefined) throw new errors.JWTInvalid("The payload is no JSON object");
  const signed = { header, payload: Object.freeze(payload), key };
  const [oldest] = remembered.keys();
  if (remembered.size >= REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  remembered.set(copyOf(token), signed);
  return signed;
}

/** A text that was cut out of a header or a body keeps all of that, however much somebody put around it. */
function copyOf(token: string): string {
  return Buffer.from(token, "latin1").toString("latin1");
}
