import { canonicalText, hasHidden, isOneScript, shownText, utf8Length } from "./text.ts";

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
  function withAsciiDomain(folded: string): string | undefined {
    const at = folded.lastIndexOf("@");
    const domain = folded.slice(at + 1);
    if (at < 1 || domain.length > MAX_BYTES || !HOST_CHARACTERS.test(domain)) return undefined;
    const ascii = domainToAscii(domain);
    return ascii === "" ? undefined : `${folded.slice(0, at)}@${ascii}`;
  }

  /** The canonical form of any text, whether it is an address or not: what a login looks up. */
  function canonicalEmail(text: string): string {
    const folded = canonicalText(text);
    return withAsciiDomain(folded) ?? folded;
  }

  /** The address, or `undefined` where it is not a plain one (RFC 5321 dot-atom, RFC 6531 letters). */
  function parseEmail(text: string): Email | undefined {
    const folded = canonicalText(text);
    const canonical = withAsciiDomain(folded);
    if (canonical === undefined || hasHidden(text) || !isPlainAddress(canonical)) return undefined;
    const labels = folded.replace(/^.*@/, "").split(".");
    return labels.every(isOneScript) ? { shown: shownText(text), canonical } : undefined;
  }

  return { canonicalEmail, parseEmail };
}

export type EmailRules = ReturnType<typeof emailRules>;

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
