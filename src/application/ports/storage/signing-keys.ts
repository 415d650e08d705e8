/** A key pair for access tokens as it is stored: the private half sealed, the public half as a JWK (RFC 7517). */
export interface StoredSigningKey {
  readonly kid: string;
  /** JWS algorithm (RFC 7518), such as `ES256`. */
  readonly algorithm: string;
  /** Counts the keys of one algorithm, from 1; the place of a key in the ring. */
  readonly sequence: number;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** `undefined` once the key does not sign any more. */
  readonly sealedPrivateKey: string | undefined;
  readonly createdAt: Date;
  /** When it begins to sign. */
  readonly activeAt: Date;
}

/** Stores the ring of signing keys, which all processes share. */
export interface SigningKeyRepository {
  /** Adds a key, unless there is one of its algorithm and sequence. Resolves to whether it did. */
  add(key: StoredSigningKey): Promise<boolean>;
  /** Replaces or removes the sealed private half, if it is still the expected one. Resolves to whether it did. */
  replacePrivateKey(kid: string, expected: string, next: string | undefined): Promise<boolean>;
  /** Removes a key, if it is stored. */
  remove(kid: string): Promise<void>;
  /** All keys, in no particular order. */
  list(): Promise<StoredSigningKey[]>;
}
