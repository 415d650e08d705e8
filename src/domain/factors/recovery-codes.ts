import { base32 } from "./base32.ts";

/** Recovery codes: secrets for a user who has lost the second factor. Each is used once. */

export const RECOVERY_CODE_COUNT = 10;
/** 80 bits. */
export const RECOVERY_CODE_BYTES = 10;

/** A recovery code as it is shown: `ABCD-EFGH-IJKL-MNOP`. */
export function recoveryCode(bytes: Uint8Array): string {
  return (base32(bytes).match(/.{4}/g) as string[]).join("-");
}

/** Characters that people take for one of the alphabet. */
const MISREAD: Readonly<Record<string, string>> = { "0": "O", "1": "I", "8": "B" };

const CANONICAL = /^[A-Z2-7]{16}$/;

/**
 * The canonical form of a typed recovery code: without hyphens and spaces, in capital letters. `undefined` for a text that
 * is no recovery code.
 */
export function canonicalRecoveryCode(typed: string): string | undefined {
  const letters = typed.replace(/[\s-]/g, "").toUpperCase();
  const code = letters.replace(/[018]/g, (digit) => MISREAD[digit] as string);
  return CANONICAL.test(code) ? code : undefined;
}
