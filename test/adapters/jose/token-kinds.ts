import { exportJWK, generateKeyPair } from "jose";
import { sharedSecretKeys } from "../../../src/adapters/jose/access-keys.ts";
import { openPrivateKey } from "../../../src/adapters/jose/seal.ts";
import { makeTokens } from "../../../src/adapters/jose/tokens.ts";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { deriveKey } from "../../../src/adapters/node/secret-key.ts";
import { AuthError } from "../../../src/domain/errors.ts";
import { openRing } from "../../support/ring.ts";
import {
  claims,
  ecdsa,
  hmac,
  ISSUER,
  type Json,
  NOW,
  OTHER_KEY,
  REFRESH_KEY,
  SECRET,
  type Signer,
  session,
} from "./signed-by-hand.ts";

/** A kind of token, its verification, and functions that forge tokens of this kind. */
export interface TokenKind {
  readonly name: string;
  readonly genuine: string;
  /** Signs with the service's own key. */
  readonly signer: Signer;
  /** Signs in the same way with a foreign key. */
  readonly otherSigner: Signer;
  /** Every claim that such a token must carry. */
  readonly required: readonly string[];
  verify(token: string, now?: Date): Promise<unknown>;
}

const ACCESS = ["iss", "sub", "sid", "ver", "jti", "iat", "nbf", "exp", "identity", "type", "fresh"];
const REFRESH = ["sub", "sid", "jti", "iat", "nbf", "exp", "type"];
const refreshKeys = [REFRESH_KEY] as const;

export const shared = makeTokens({
  issuer: ISSUER,
  accessKeys: sharedSecretKeys(SECRET, undefined),
  refreshKeys,
});

const { signingKeys } = openMemoryStorage();
const sealingKey = deriveKey("a secret of this deployment", "signing-keys");
const { ring } = await openRing({
  signingKeys,
  clock: { now: () => NOW },
  audience: ISSUER,
  sealingKeys: [sealingKey],
});
export const published = ring.publicKeys(NOW)[0] as Json;
const stored = (await signingKeys.list())[0];
const opened = await openPrivateKey(stored?.sealedPrivateKey ?? "", [sealingKey]);
const ringSigner = ecdsa(opened.jwk as Json);
const other = await generateKeyPair("ES256", { extractable: true });
const otherRingSigner = ecdsa((await exportJWK(other.privateKey)) as Json);
export const ringed = makeTokens({ issuer: ISSUER, accessKeys: ring, refreshKeys });

export const sharedAccess: TokenKind = {
  name: "an access token with JWT_SECRET_KEY",
  genuine: await shared.issueAccess(claims),
  signer: hmac(SECRET),
  otherSigner: hmac(OTHER_KEY),
  required: ACCESS,
  verify: (token, now = NOW) => shared.verifyAccess(token, now),
};
export const ringAccess: TokenKind = {
  name: "an access token of the key ring",
  genuine: await ringed.issueAccess(claims),
  signer: ringSigner,
  otherSigner: otherRingSigner,
  required: [...ACCESS, "aud", "client_id"],
  verify: (token, now = NOW) => ringed.verifyAccess(token, now),
};
export const refresh: TokenKind = {
  name: "a refresh token",
  genuine: await shared.issueRefresh(session),
  signer: hmac(REFRESH_KEY),
  otherSigner: hmac(OTHER_KEY),
  required: REFRESH,
  verify: (token, now = NOW) => shared.verifyRefresh(token, now),
};
export const kinds = [sharedAccess, ringAccess, refresh];

/** The code of the refusal, or `accepted`. */
export async function verdict(kind: TokenKind, jwt: string): Promise<string> {
  try {
    await kind.verify(jwt);
    return "accepted";
  } catch (error) {
    if (error instanceof AuthError) return error.code;
    throw error;
  }
}
