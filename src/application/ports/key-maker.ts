import type { StoredSigningKey } from "./storage/signing-keys.ts";

/** Makes key pairs for access tokens. */
export interface KeyMaker {
  /** JWS algorithm (RFC 7518) of the keys that it makes and that tokens are signed with. */
  readonly algorithm: string;
  /** A new key pair, its private half sealed. Stores nothing. */
  make(sequence: number, createdAt: Date, activeAt: Date): Promise<StoredSigningKey>;
}
