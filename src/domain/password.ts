import type { Email } from "./email.ts";
import type { FieldFault } from "./errors.ts";
import { canonicalText, codePointLength, utf8Length } from "./text.ts";
import type { Username } from "./username.ts";

/** Beyond this no password is looked at, be it new or presented at a login. */
const MAX_PASSWORD_BYTES = 1024;

/** What a new password must be, as the operator set it. */
export interface PasswordPolicy {
  /** In code points. */
  readonly minLength: number;
  /** Refuses what everybody guesses first, one's own name and address too; `undefined` where anything goes. */
  readonly isCommon?: ((password: string) => boolean) | undefined;
}

/** Whose password it is to be, as far as it is known. */
export interface PasswordOwner {
  readonly username?: Username | undefined;
  readonly email?: Email | undefined;
}

function isTooLong(password: string): boolean {
  return utf8Length(password) > MAX_PASSWORD_BYTES;
}

const TOO_LONG = `A password has at most ${MAX_PASSWORD_BYTES} bytes`;

/** What is wrong with a password that is presented, before it is compared with anything. */
export function presentedPasswordFaults(path: string, password: string): FieldFault[] {
  return isTooLong(password) ? [{ path, code: "invalid_password", message: TOO_LONG }] : [];
}

/** Why a new password is refused. */
export function newPasswordFaults(
  path: string,
  password: string,
  policy: PasswordPolicy,
  owner: PasswordOwner = {},
): FieldFault[] {
  const message = newPasswordFault(password, policy) ?? commonFault(password, policy, owner);
  return message === undefined ? [] : [{ path, code: "invalid_password", message }];
}

function newPasswordFault(password: string, policy: PasswordPolicy): string | undefined {
  if (codePointLength(password) < policy.minLength) {
    return `A password needs at least ${policy.minLength} characters`;
  }
  return isTooLong(password) ? TOO_LONG : undefined;
}

function commonFault(
  password: string,
  { isCommon }: PasswordPolicy,
  owner: PasswordOwner,
): string | undefined {
  if (isCommon === undefined) return undefined;
  const { username, email } = owner;
  const own = [username?.canonical, email?.canonical, email?.canonical.replace(/@.*/, "")];
  if (own.includes(canonicalText(password))) return "A password must not be one's own name or address";
  return isCommon(password) ? "This password is too common" : undefined;
}

/** The bytes that are hashed do not depend on how a keyboard composes letters. */
export function normalizedPassword(password: string): string {
  return password.normalize("NFC");
}
