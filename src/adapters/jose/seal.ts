import { CompactEncrypt, compactDecrypt, type JWK } from "jose";

/** The private key as a compact JWE (RFC 7516; `dir`, A256GCM) under a 32-byte key. */
export function sealPrivateKey(jwk: JWK, key: Uint8Array): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(jwk)))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .encrypt(key);
}

/** A private key that was opened, and whether an older key than the first did it. */
export interface Opened {
  readonly jwk: JWK;
  readonly isOutdated: boolean;
}

/** Opens with the first of the keys that fits. @throws Error where none does */
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
