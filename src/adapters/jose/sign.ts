import { createHmac, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";

const signElsewhere = promisify(sign);

/**
 * Signatures by algorithm (RFC 7518, section 3.1). One of HS256 or ES256 takes less than having another thread make it,
 * as WebCrypto does, and does not wait there behind the hashing of passwords; one of RSA would keep all others waiting.
 */
const SIGNATURES = {
  HS256: async (input: Buffer, key: KeyObject) => createHmac("sha256", key).update(input).digest(),
  ES256: async (input: Buffer, key: KeyObject) => sign("sha256", input, { key, dsaEncoding: "ieee-p1363" }),
  RS256: (input: Buffer, key: KeyObject) => signElsewhere("sha256", input, key),
};

export type SigningAlgorithm = keyof typeof SIGNATURES;

/** A JWT as a compact JWS (RFC 7515, section 7.1), its members in this order, without those that are `undefined`. */
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
