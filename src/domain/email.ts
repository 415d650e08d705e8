import { canonicalText, hasHidden, isOneScript, MAX_UNITS, shownText, utf8Length } from "./text.ts";

/** An address in the form people see and in the form it is compared by. */
export interface Email {
  readonly shown: string;
  readonly canonical: string;
}

/** An internationalised host name in ASCII (UTS #46, lower case), or `""` where it is none. */
export type DomainToAscii = (domain: string) => string;

const MAX_BYTES = 254;
const MAX_LOCAL_BYTES = 64;
const ATEXT_PUNCTUATION = /[!#$%&'*+/=?^`{|}~]/g;
const DOTS_IN_PLACE = /^[^.]+(\.[^.]+)*$/;
const LEADING_MARK = /(^|\.)\p{M}/u;
const HOST_CHARACTERS = /^[\p{L}\p{M}\p{Nd}.-]+$/u;
const DOTTED_HOST =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?![0-9]+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The two functions by which addresses are read, over the platform's IDNA table. */
export function emailRules(domainToAscii: DomainToAscii) {
  /** `undefined` where what follows the @ is no host name. */
  function withAsciiDomain(text: string, folded: string): string | undefined {
    const at = folded.lastIndexOf("@");
    const domain = domainIn(text);
    if (at < 1 || domain.length > MAX_BYTES || !HOST_CHARACTERS.test(domain)) return undefined;
    const ascii = domainToAscii(domain);
    return ascii === "" ? undefined : `${folded.slice(0, at)}@${ascii}`;
  }

  /** The canonical form of any text, whether it is an address or not: what a login looks up. */
  function canonicalEmail(text: string): string {
    const folded = canonicalText(text);
    return withAsciiDomain(text, folded) ?? folded;
  }

  /** The address, or `undefined` where it is not a plain one (RFC 5321 dot-atom, RFC 6531 letters). */
  function parseEmail(text: string): Email | undefined {
    const folded = canonicalText(text);
    const canonical = withAsciiDomain(text, folded);
    if (canonical === undefined || hasHidden(text) || !isPlainAddress(canonical)) return undefined;
    const labels = folded.replace(/^.*@/, "").split(".");
    return labels.every(isOneScript) ? { shown: shownText(text), canonical } : undefined;
  }

  /**
   * The canonical forms by which an account with the address may be stored: former versions took a final sigma in the
   * domain for the other one.
   */
  function storedEmails(text: string): string[] {
    const folded = canonicalText(text);
    const forms = [canonicalEmail(text), withAsciiDomain(folded, folded) ?? folded];
    return [...new Set(forms)];
  }

  return { canonicalEmail, parseEmail, storedEmails };
}

export type EmailRules = ReturnType<typeof emailRules>;

/** The domain in lower case, its two sigmas kept apart as they are in the DNS: they make two domains. */
function domainIn(text: string): string {
  if (text.length > MAX_UNITS) return text;
  const lower = shownText(text).replaceAll("Σ", "σ").toLowerCase().normalize("NFKC");
  return lower.slice(lower.lastIndexOf("@") + 1);
}

/**
 * Whether mail to the one address arrives where mail to the other does: at most the letter case of the domain differs. A
 * mail server may tell `Ada@` from `ada@`.
 */
export function isSameMailbox(one: Email, other: Email): boolean {
  const localPart = ({ shown }: Email) => shown.slice(0, shown.lastIndexOf("@"));
  return one.canonical === other.canonical && localPart(one) === localPart(other);
}

function isPlainAddress(address: string): boolean {
  if (utf8Length(address) > MAX_BYTES) return false;
  const [local = "", domain = "", ...more] = address.split("@");
  if (more.length > 0) return false;
  const letters = local.replaceAll(ATEXT_PUNCTUATION, "_");
  return (
    utf8Length(local) <= MAX_LOCAL_BYTES &&
    DOTS_IN_PLACE.test(local) &&
    !letters.includes(" ") &&
    !LEADING_MARK.test(local) &&
    isOneScript(letters) &&
    DOTTED_HOST.test(domain)
  );
}
