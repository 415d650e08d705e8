import { canonicalText, hasHidden, isOneScript, MAX_UNITS, shownText, utf8Length } from "./text.ts";

/** An address in the form that people see and in the form by which it is compared. */
export interface Email {
  readonly shown: string;
  readonly canonical: string;
}

/** A host name in ASCII (UTS #46, lower case), or `""` if the text is not a host name. */
export type DomainToAscii = (domain: string) => string;

const MAX_BYTES = 254;
const MAX_LOCAL_BYTES = 64;
const ATEXT_PUNCTUATION = /[!#$%&'*+/=?^`{|}~]/g;
const DOTS_IN_PLACE = /^[^.]+(\.[^.]+)*$/;
const LEADING_MARK = /(^|\.)\p{M}/u;
const HOST_CHARACTERS = /^[\p{L}\p{M}\p{Nd}.-]+$/u;
const DOTTED_HOST =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?![0-9]+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The functions that read addresses, given the IDNA table of the platform. */
export function emailRules(domainToAscii: DomainToAscii) {
  /** The folded address with its domain in ASCII, or `undefined` if the part after the @ is no host name. */
  function withAsciiDomain(text: string, folded: string): string | undefined {
    const at = folded.lastIndexOf("@");
    const domain = domainIn(text);
    if (at < 1 || domain.length > MAX_BYTES || !HOST_CHARACTERS.test(domain)) return undefined;
    const ascii = domainToAscii(domain);
    return ascii === "" ? undefined : `${folded.slice(0, at)}@${ascii}`;
  }

  /** The canonical form of any text, whether it is an address or not: the form that a login looks up. */
  function canonicalEmail(text: string): string {
    const folded = canonicalText(text);
    return withAsciiDomain(text, folded) ?? folded;
  }

  /** The address, or `undefined` if it is not a plain one (RFC 5321 dot-atom, RFC 6531 letters). */
  function parseEmail(text: string): Email | undefined {
    const folded = canonicalText(text);
    const canonical = withAsciiDomain(text, folded);
    if (canonical === undefined || hasHidden(text) || !isPlainAddress(canonical)) return undefined;
    const labels = folded.replace(/^.*@/, "").split(".");
    return labels.every(isOneScript) ? { shown: shownText(text), canonical } : undefined;
  }

  /**
   * The canonical forms under which an account with the address may be stored, the present form first: earlier versions
   * did not distinguish the final sigma in a domain from the other one.
   */
  function storedEmails(text: string): [string, ...string[]] {
    const folded = canonicalText(text);
    const canonical = withAsciiDomain(text, folded) ?? folded;
    const former = withAsciiDomain(folded, folded) ?? folded;
    return former === canonical ? [canonical] : [canonical, former];
  }

  return { canonicalEmail, parseEmail, storedEmails };
}

export type EmailRules = ReturnType<typeof emailRules>;

/** The domain in lower case. The two sigmas stay distinct, since in the DNS they make two domains. */
function domainIn(text: string): string {
  if (text.length > MAX_UNITS) return text;
  const lower = shownText(text).replaceAll("Σ", "σ").toLowerCase().normalize("NFKC");
  return lower.slice(lower.lastIndexOf("@") + 1);
}

/**
 * True if two addresses belong to one mailbox: they differ at most in the letter case of the domain. A mail server may
 * distinguish `Ada@` from `ada@`.
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
