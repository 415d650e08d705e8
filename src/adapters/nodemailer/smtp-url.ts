/** What an SMTP URL says, in nodemailer's words. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. Without it the connection is upgraded where the server offers that (RFC 3207). */
  readonly secure: boolean;
  readonly requireTLS: boolean;
  readonly ignoreTLS: boolean;
  readonly tls: { readonly rejectUnauthorized: boolean };
  readonly auth?: { readonly user: string; readonly pass: string };
}

const SUBMISSION_PORTS = { "smtp:": 587, "smtps:": 465 };
const DEFAULTS = { requireTLS: false, ignoreTLS: false, "tls.rejectUnauthorized": true };
/** What must be percent-encoded: RFC 3986, section 3.2.1. */
const FORM =
  "an smtp or smtps URL such as smtps://user:password@mail.example.org:465; percent-encode : / ? # [ ] @ % in user and password";
const OPTIONS =
  "an smtp or smtps URL with no other options than requireTLS, ignoreTLS and tls.rejectUnauthorized, each true or false";

// URL itself takes a part of a password for the host, or drops it, where it is not percent-encoded
const PARTS =
  /^smtps?:\/\/(?:[^:/?#[\]@\\\s]*(?::[^:/?#[\]@\\\s]*)?@)?(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::\d{1,5})?\/?(?:\?[^#@\s]*)?$/;

/**
 * Reads `smtp://` and `smtps://` URLs; ports are those of submission (RFC 6409, RFC 8314) where none is given.
 * After a `?` may come `requireTLS=true`, `ignoreTLS=true` and `tls.rejectUnauthorized=false`.
 * @throws Error that repeats nothing of the URL
 */
export function readSmtpUrl(text: string): SmtpServer {
  const fault = smtpUrlFault(text);
  if (fault !== undefined) throw new Error(`This is not an SMTP URL that can be used: it must be ${fault}`);
  const url = new URL(text);
  const flags = {
    ...DEFAULTS,
    ...Object.fromEntries([...url.searchParams].map(([name, value]) => [name, value === "true"])),
  };
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port) || SUBMISSION_PORTS[url.protocol as keyof typeof SUBMISSION_PORTS],
    secure: url.protocol === "smtps:",
    requireTLS: flags.requireTLS,
    ignoreTLS: flags.ignoreTLS,
    tls: { rejectUnauthorized: flags["tls.rejectUnauthorized"] },
    ...(url.username || url.password ? { auth: credentialsOf(url) } : {}),
  };
}

/** What a text must be that is no SMTP URL, with nothing of it; `undefined` for one that is. */
export function smtpUrlFault(text: string): string | undefined {
  // nodemailer would read the URL too, but lets it set any option there is
  if (!PARTS.test(text) || !URL.canParse(text)) return FORM;
  const url = new URL(text);
  if (url.port === "0" || !isEncoded(url.username) || !isEncoded(url.password)) return FORM;
  for (const [name, value] of url.searchParams) {
    if (!Object.hasOwn(DEFAULTS, name) || !/^(true|false)$/.test(value)) return OPTIONS;
  }
  return undefined;
}

function credentialsOf({ username, password }: URL) {
  return { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
}

function isEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}
