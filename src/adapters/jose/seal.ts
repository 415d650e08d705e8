import { CompactEncrypt, compactDecrypt, type JWK } from "jose";

/** Encrypts a private key as a compact JWE (RFC 7516; `dir`, A256GCM) under a 32-byte key. */
export function sealPrivateKey(jwk: JWK, key: Uint8Array): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(jwk)))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .encrypt(key);
}

/** A decrypted private key, and whether a key other than the first one decrypted it. */
export interface Opened {
  readonly jwk: JWK;
  readonly isOutdated: boolean;
}

/** Decrypts with the first key that fits. @throws Error if none does */
export async function openPrivateKey(sealed: string, keys: readonly Uint8Array[]): Promise<Opened> {
  for (const key of keys) {
    const opened = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
    }).catch(() => undefined);
    if (opened)
      return { jwk: JSON.parse(new TextDecoder().decode(opened.plaintext)), isOutdated: key !== keys[0] };
  }
  throw new Error("A stored signing key cannot be opened with this SECRET_KEY");
}
