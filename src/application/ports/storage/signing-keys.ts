/** A key pair for access tokens as it is stored: the private half sealed, the public half as a JWK (RFC 7517). */
export interface StoredSigningKey {
  readonly kid: string;
  /** JWS algorithm (RFC 7518), such as `ES256`. */
  readonly algorithm: string;
  /** Counts the keys of one algorithm, from 1; the place of a key in the ring. */
  readonly sequence: number;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** `undefined` once nothing is to be signed with it any more. */
  readonly sealedPrivateKey: string | undefined;
  readonly createdAt: Date;
  /** From when on tokens are signed with it. */
  readonly activeAt: Date;
}

/** Keeps the ring of signing keys, shared by all processes. */
export interface SigningKeyRepository {
  /** Adds a key if its place, algorithm and sequence, is free. Resolves to whether it did. */
  add(key: StoredSigningKey): Promise<boolean>;
  /**
   * Replaces the sealed private half, or forgets it, if it still is the expected one. Resolves to whether it
   * did.
   */
  replacePrivateKey(kid: string, expected: string, next: string | undefined): Promise<boolean>;
  /** Removes a key, if it is there. */
  remove(kid: string): Promise<void>;
  /** All keys, in no order. */
  list(): Promise<StoredSigningKey[]>;
}
