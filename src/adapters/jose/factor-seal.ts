import { CompactEncrypt, compactDecrypt } from "jose";
import type { FactorSeal, SealOwner } from "../../application/ports/factor-seal.ts";

/**
 * Seals the secrets of factors as compact JWEs (RFC 7516; `dir`, A256GCM). The owner stands in the protected header, which is
 * the associated data of the encryption: a secret that is copied into another account's record does not open. The first
 * of the 32-byte keys encrypts; any of them decrypts.
 */
export function factorSeal(keys: readonly [Uint8Array, ...Uint8Array[]]): FactorSeal {
  return {
    seal: (secret, { userId, factorId }) =>
      new CompactEncrypt(secret)
        .setProtectedHeader({ alg: "dir", enc: "A256GCM", sub: userId, factor: factorId })
        .encrypt(keys[0]),
    async open(sealed, owner) {
      for (const key of keys) {
        const secret = await opened(sealed, key, owner);
        if (secret !== undefined) return { secret, isOutdated: key !== keys[0] };
      }
      throw new Error("A stored secret of a factor cannot be opened with this SECRET_KEY");
    },
  };
}

async function opened(sealed: string, key: Uint8Array, { userId, factorId }: SealOwner) {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
    });
    return protectedHeader.sub === userId && protectedHeader.factor === factorId ? plaintext : undefined;
  } catch {
    return undefined;
  }
}
