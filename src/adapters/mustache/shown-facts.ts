import type { MailFacts } from "../../application/ports/mail-templates.ts";

/** What a template may name, by the names it has there. */
export interface ShownFacts {
  /** The name of what users have accounts of. */
  readonly app_name: string;
  readonly username: string | undefined;
  readonly email: string | undefined;
  readonly link: string | undefined;
  readonly expires: string | undefined;
}

const MAX_WORDS = 3;
const BETWEEN_WORDS = /[ _-]/;
/** Of a word as `O’Brien` the signs count as letters; of more than one, the parts could be words of a sentence. */
const SIGNS = /['\u2018\u2019\u02bb\u02bc\u00b7\u30fb]/gu;
/** Those of them that are no letters to Unicode. */
const BETWEEN_LETTERS = /['\u2018\u2019\u00b7\u30fb]/;
const JOINER = /[\u200c\u200d]/u;
const LETTERS = /^[\p{L}\p{M}\p{N}]+$/u;
const LEADING_MARK = /^\p{M}/u;
const MAX_NAME = 40;
const PLAIN_ADDRESS = /^[\p{L}\p{M}\p{N}._+-]+@[\p{L}\p{M}\p{N}.-]+$/u;
const MAX_ADDRESS = 254;
const WEB_LINK = /^https?:\/\/[^\s\p{C}<>"'`\\]+$/u;

/**
 * The facts in a form that cannot be taken for anything else. A name or an address that could be is left out
 * rather than rewritten: a mail can do without.
 * @throws Error for a link that is not plainly one to the web
 */
export function shownFacts({ username, email, link, expiresAt }: MailFacts, appName: string): ShownFacts {
  if (link !== undefined && !WEB_LINK.test(link)) throw new Error("The mail's link is not one to the web");
  return {
    app_name: appName,
    username: isShortName(username) ? username : undefined,
    email: email.length <= MAX_ADDRESS && PLAIN_ADDRESS.test(email) ? email : undefined,
    link,
    expires: expiresAt && `${expiresAt.toISOString().slice(0, 16).replace("T", " ")} UTC`,
  };
}

/**
 * Up to three words. A longer name may pass for a sentence of ours, and one with dots for an address on the
 * web, which mail programs make a link of: anybody may register so with an address that is not theirs.
 */
function isShortName(name: string): boolean {
  if (name.length > MAX_NAME || LEADING_MARK.test(name)) return false;
  const words = name.split(BETWEEN_WORDS);
  const parts = words.flatMap((word) => word.split(BETWEEN_LETTERS));
  return (
    words.length <= MAX_WORDS &&
    (name.match(SIGNS) ?? []).length <= 1 &&
    parts.flatMap((part) => part.split(JOINER)).every((letters) => LETTERS.test(letters))
  );
}
