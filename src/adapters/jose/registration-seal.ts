import { EncryptJWT, type JWTDecryptResult, jwtDecrypt } from "jose";
import type { PendingRegistration, RegistrationSeal } from "../../application/ports/registration-seal.ts";

/** Five parts, with an empty encrypted key (RFC 7516, section 3.1). */
const COMPACT_JWE = /^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const MAX_LENGTH = 4_096;

/**
 * Seals registrations as encrypted JWTs (RFC 7519; `dir`, A256GCM). The first of the 32-byte keys encrypts; any
 * of them decrypts.
 */
export function registrationSeal(keys: readonly [Uint8Array, ...Uint8Array[]]): RegistrationSeal {
  const isSealed = (text: string) => text.length <= MAX_LENGTH && COMPACT_JWE.test(text);

  return {
    isSealed,
    async seal(registration, until) {
      const text = await new EncryptJWT({ registration })
        .setProtectedHeader({ alg: "dir", enc: "A256GCM", typ: "registration+jwt" })
        .setExpirationTime(until)
        .encrypt(keys[0]);
      if (!isSealed(text)) throw new Error("A registration is too long to be mailed");
      return text;
    },
    async open(text, now) {
      if (!isSealed(text)) return undefined;
      for (const key of keys) {
        const result = await opened(text, key, now);
        if (result) return withDate(result.payload.registration as PendingRegistration);
      }
      return undefined;
    },
  };
}

/** Restores the date, because JSON has no dates. */
function withDate(registration: PendingRegistration): PendingRegistration {
  return { ...registration, askedAt: new Date(registration.askedAt ?? 0) };
}

async function opened(text: string, key: Uint8Array, now: Date): Promise<JWTDecryptResult | undefined> {
  try {
    return await jwtDecrypt(text, key, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
      typ: "registration+jwt",
      requiredClaims: ["exp", "registration"],
      currentDate: now,
    });
  } catch {
    return undefined;
  }
}
