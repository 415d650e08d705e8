import type { Email } from "./email.ts";
import type { FieldFault } from "./errors.ts";
import { codePointLength, utf8Length } from "./text.ts";
import { canonicalUsername, type Username } from "./username.ts";

/** Beyond this no password is looked at, be it new or presented at a login. */
const MAX_PASSWORD_BYTES = 1024;
/** NFC makes no text shorter than a third: a Hangul syllable of three letters is the most that it joins. */
const MAX_DECOMPOSED_BYTES = 3 * MAX_PASSWORD_BYTES;
/** Normalising sorts marks, in time that grows with the square of so many; none of them makes a text shorter. */
const MANY_MARKS = /\p{M}{32}/u;

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

/** By the bytes that are hashed, however a keyboard composed them. */
function isTooLong(password: string): boolean {
  const bytes = utf8Length(password);
  if (bytes > MAX_DECOMPOSED_BYTES || (bytes > MAX_PASSWORD_BYTES && MANY_MARKS.test(password))) return true;
  return utf8Length(normalizedPassword(password)) > MAX_PASSWORD_BYTES;
}

const TOO_LONG = `A password has at most ${MAX_PASSWORD_BYTES} bytes`;

/**
 * What is wrong with a password that is presented, before it is compared with anything. Hashes from the old server are of the
 * bytes as sent, and some of this service's are of passwords that NFC made longer: either length is enough.
 */
export function presentedPasswordFaults(path: string, password: string): FieldFault[] {
  const isUnusable = utf8Length(password) > MAX_PASSWORD_BYTES && isTooLong(password);
  return isUnusable ? [{ path, code: "invalid_password", message: TOO_LONG }] : [];
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
  if (isTooLong(password)) return TOO_LONG;
  const isShort = codePointLength(normalizedPassword(password)) < policy.minLength;
  return isShort ? `A password needs at least ${policy.minLength} characters` : undefined;
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
const JOINTS = /[\s._@'·-]/g;

/** Whether the password is the owner's name, address or its local part, however often, joined and spelt. */
function isMadeOfOwn(password: string, { username, email }: PasswordOwner): boolean {
  const address = email?.canonical;
  const own = [username?.canonical, address, address?.replace(/@.*/, "")].filter(
    (word) => word !== undefined,
  );
  const text = canonicalUsername(password);
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
