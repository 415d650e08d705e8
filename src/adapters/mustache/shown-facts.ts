import type { MailFacts } from "../../application/ports/mail-templates.ts";

/** The placeholders of templates and their values. */
export interface ShownFacts {
  /** The application's name. */
  readonly app_name: string;
  readonly username: string | undefined;
  readonly email: string | undefined;
  readonly link: string | undefined;
  readonly expires: string | undefined;
}

const MAX_WORDS = 3;
const BETWEEN_WORDS = /[ _-]/;
/**
 * Signs that count as letters in a word such as `O’Brien`. With more than one of them, the parts could be words
 * of a sentence.
 */
const SIGNS = /['\u2018\u2019\u02bb\u02bc\u00b7\u30fb]/gu;
/** The signs that Unicode does not class as letters. */
const BETWEEN_LETTERS = /['\u2018\u2019\u00b7\u30fb]/;
const JOINER = /[\u200c\u200d]/u;
const LETTERS = /^[\p{L}\p{M}\p{N}]+$/u;
const LEADING_MARK = /^\p{M}/u;
const MAX_NAME = 40;
const PLAIN_ADDRESS = /^[\p{L}\p{M}\p{N}._+-]+@[\p{L}\p{M}\p{N}.-]+$/u;
const MAX_ADDRESS = 254;
const WEB_LINK = /^https?:\/\/[^\s\p{C}<>"'`\\]+$/u;

/**
 * The facts in a form that cannot be mistaken for other text in the mail. A name or an address that could be
 * mistaken is left out.
 * @throws Error for a link that is no plain web URL
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
 * Whether a name has at most three words and no dots. A longer name could pass for a sentence of the mail, and
 * mail programs turn a name with dots into a link. An attacker could register such a name with another person's
 * address.
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
