import { createSecretKey, type KeyObject } from "node:crypto";
import type { CryptoKey, JWK } from "jose";
import type { SigningAlgorithm } from "./sign.ts";
import { withoutKid } from "./verify.ts";

/** The keys that sign and verify access tokens, and how such a token then looks. */
export interface AccessKeys {
  readonly algorithm: SigningAlgorithm;
  readonly typ: string;
  /** `aud`, which a token must then carry; none with a key that others share unless it is configured. */
  readonly audience: string | undefined;
  /** `client_id`, as RFC 9068 asks of an `at+jwt`. */
  readonly clientId: string | undefined;
  /**
   * The key to sign with now, and its `kid` where it has one.
   * @throws AuthError `signing_key_not_yet_valid`
   */
  signingKey(now: Date): { readonly key: KeyObject; readonly kid: string | undefined };
  /** The key that a token of this `kid` is verified with, or `undefined` where there is none. */
  verificationKey(kid: string | undefined, now: Date): Promise<VerificationKey | undefined>;
  /** What others may verify with, as JWKs (RFC 7517). */
  publicKeys(now: Date): JWK[];
}

export interface VerificationKey {
  readonly key: CryptoKey | Uint8Array;
  /** Whether every token of this key has expired, so that none that says otherwise is genuine. */
  readonly onlyExpired: boolean;
}

/** HS256 with a key that the app's other services share, as the Flask server had it. */
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
