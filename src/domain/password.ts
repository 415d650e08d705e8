import { codePointLength, utf8Length } from "./text.ts";

/** Beyond this no password is looked at, be it new or presented at a login. */
export const MAX_PASSWORD_BYTES = 1024;

/** What a new password must be, as the operator set it. */
export interface PasswordPolicy {
  /** In code points. */
  readonly minLength: number;
}

export function isPasswordTooLong(password: string): boolean {
  return utf8Length(password) > MAX_PASSWORD_BYTES;
}

/** Why a new password is refused, as a sentence for people, or `undefined`. */
export function passwordFault(password: string, policy: PasswordPolicy): string | undefined {
  if (codePointLength(password) < policy.minLength) {
    return `A password needs at least ${policy.minLength} characters`;
  }
  if (isPasswordTooLong(password)) return `A password has at most ${MAX_PASSWORD_BYTES} bytes`;
  return undefined;
}

/** The bytes that are hashed do not depend on how a keyboard composes letters. */
export function normalizedPassword(password: string): string {
  return password.normalize("NFC");
}
