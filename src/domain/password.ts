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
  if (isMadeOfOwn(password, owner)) return "A password must not be made of one's own name or address";
  return isCommon(password) ? "This password is too common" : undefined;
}

/** What joins the words of a name or an address, and hides none of them. */
const JOINTS = /[\s._@-]/g;

/** Whether the password is the owner's name, address or its local part, however often, joined and spelt. */
function isMadeOfOwn(password: string, { username, email }: PasswordOwner): boolean {
  const address = email?.canonical;
  const own = [username?.canonical, address, address?.replace(/@.*/, "")].filter(
    (word) => word !== undefined,
  );
  const text = canonicalText(password);
  const unjoined = own.map((word) => word.replace(JOINTS, ""));
  return own.includes(text) || isMadeOf(unjoined, text.replace(JOINTS, ""));
}

/** Whether the text is nothing but these words; a pattern would take exponential time to say no. */
function isMadeOf(words: readonly string[], text: string): boolean {
  const ends = new Set([0]);
  // a set is walked to the end that it has by then
  for (const end of ends) {
    for (const word of words) if (text.startsWith(word, end)) ends.add(end + word.length);
  }
  return text !== "" && ends.has(text.length);
}

/** The bytes that are hashed do not depend on how a keyboard composes letters. */
export function normalizedPassword(password: string): string {
  return password.normalize("NFC");
}
