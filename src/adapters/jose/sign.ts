import { createHmac, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";

const signElsewhere = promisify(sign);

/**
 * Signature functions by algorithm (RFC 7518, section 3.1). HS256 and ES256 sign on this thread: that is faster
 * than handing over to another one, as WebCrypto does, and does not queue behind password hashing. RSA is slow
 * and would block the event loop, so it signs on another thread.
 */
const SIGNATURES = {
  HS256: async (input: Buffer, key: KeyObject) => createHmac("sha256", key).update(input).digest(),
  ES256: async (input: Buffer, key: KeyObject) => sign("sha256", input, { key, dsaEncoding: "ieee-p1363" }),
  RS256: (input: Buffer, key: KeyObject) => signElsewhere("sha256", input, key),
};

export type SigningAlgorithm = keyof typeof SIGNATURES;

/**
 * Signs a JWT as a compact JWS (RFC 7515, section 7.1). Members keep their order; those that are `undefined`
 * are left out.
 */
export async function signJwt(
  header: { readonly typ: string; readonly alg: SigningAlgorithm; readonly kid?: string | undefined },
  payload: object,
  key: KeyObject,
): Promise<string> {
  const input = `${encoded(header)}.${encoded(payload)}`;
  const signature = await SIGNATURES[header.alg](Buffer.from(input), key);
  return `${input}.${signature.toString("base64url")}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
