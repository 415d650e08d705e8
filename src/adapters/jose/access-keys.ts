import { createSecretKey, type KeyObject } from "node:crypto";
import type { CryptoKey, JWK } from "jose";
import type { SigningAlgorithm } from "./sign.ts";
import { withoutKid } from "./verify.ts";

/** The keys that sign and verify access tokens, and the properties of these tokens. */
export interface AccessKeys {
  readonly algorithm: SigningAlgorithm;
  readonly typ: string;
  /** The required `aud`. With a shared key (HS256) there is none unless it is configured. */
  readonly audience: string | undefined;
  /** The `client_id`, which RFC 9068 requires in an `at+jwt`. */
  readonly clientId: string | undefined;
  /**
   * The current signing key, and its `kid` if it has one.
   * @throws AuthError `signing_key_not_yet_valid`
   */
  signingKey(now: Date): { readonly key: KeyObject; readonly kid: string | undefined };
  /** The key that verifies tokens with this `kid`; `undefined` if there is none. */
  verificationKey(kid: string | undefined, now: Date): Promise<VerificationKey | undefined>;
  /** The public keys for verifiers, as JWKs (RFC 7517). */
  publicKeys(now: Date): JWK[];
}

export interface VerificationKey {
  readonly key: CryptoKey | Uint8Array;
  /** Whether all tokens of this key have expired. A token of this key that has not expired is forged. */
  readonly onlyExpired: boolean;
}

/** HS256 keys: one key that the app's other services share, as with the Flask server. */
export function sharedSecretKeys(secret: string, audience: string | undefined): AccessKeys {
  const key = new TextEncoder().encode(secret);
  const signingKey = createSecretKey(key);
  return {
    algorithm: "HS256",
    typ: "JWT",
    audience,
    clientId: undefined,
    signingKey: () => ({ key: signingKey, kid: undefined }),
    verificationKey: withoutKid({ key, onlyExpired: false }),
    publicKeys: () => [],
  };
}
