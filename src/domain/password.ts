import type { Email } from "./email.ts";
import type { FieldFault } from "./errors.ts";
import { codePointLength, utf8Length } from "./text.ts";
import { canonicalUsername, type Username } from "./username.ts";

/** Longer passwords are refused unread, at a login as well. */
const MAX_PASSWORD_BYTES = 1024;
/** NFC makes no text shorter than a third: a Hangul syllable of three letters is the most that it joins. */
const MAX_DECOMPOSED_BYTES = 3 * MAX_PASSWORD_BYTES;
/** Normalising sorts consecutive marks in quadratic time. It never makes a text with so many of them shorter. */
const MANY_MARKS = /\p{M}{32}/u;

/** The requirements on new passwords, as configured. */
export interface PasswordPolicy {
  /** In code points. */
  readonly minLength: number;
  /** True for common passwords. If it is set, the user's own name and address are refused, too. */
  readonly isCommon?: ((password: string) => boolean) | undefined;
}

/** The user of a password, as far as it is known. */
export interface PasswordOwner {
  readonly username?: Username | undefined;
  readonly email?: Email | undefined;
}

/** Compares the length of the normalised text, because that is hashed. */
function isTooLong(password: string): boolean {
  const bytes = utf8Length(password);
  if (bytes > MAX_DECOMPOSED_BYTES || (bytes > MAX_PASSWORD_BYTES && MANY_MARKS.test(password))) return true;
  return utf8Length(normalizedPassword(password)) > MAX_PASSWORD_BYTES;
}

const TOO_LONG = `A password has at most ${MAX_PASSWORD_BYTES} bytes`;

/**
 * The faults of a password that is presented at a login, if there is one, before it is compared with a hash. It passes if its length is
 * allowed either as sent or after NFC: the Flask server hashed passwords as sent, and this service has hashed some that
 * NFC makes longer.
 */
export function presentedPasswordFaults(path: string, password: string | undefined): FieldFault[] {
  if (password === undefined) return [];
  const isUnusable = utf8Length(password) > MAX_PASSWORD_BYTES && isTooLong(password);
  return isUnusable ? [{ path, code: "invalid_password", message: TOO_LONG }] : [];
}

/** The faults of a new password. */
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

/** Characters that separate the words of a name or an address. */
const JOINTS = /[\s._@'·-]/g;

/** True for a password that only repeats the owner's name, address or its local part, in any spelling. */
function isMadeOfOwn(password: string, { username, email }: PasswordOwner): boolean {
  const address = email?.canonical;
  const own = [username?.canonical, address, address?.replace(/@.*/, "")].filter(
    (word) => word !== undefined,
  );
  const text = canonicalUsername(password);
  const unjoined = own.map((word) => word.replace(JOINTS, ""));
  return own.includes(text) || isMadeOf(unjoined, text.replace(JOINTS, ""));
}

/** True if the text consists only of these words. A regular expression could take exponential time. */
function isMadeOf(words: readonly string[], text: string): boolean {
  const ends = new Set([0]);
  // the loop also visits the members that are added in it
  for (const end of ends) {
    for (const word of words) if (text.startsWith(word, end)) ends.add(end + word.length);
  }
  return text !== "" && ends.has(text.length);
}

/** The form that is hashed: the same for every way in which a keyboard composes letters. */
export function normalizedPassword(password: string): string {
  return password.normalize("NFC");
}
