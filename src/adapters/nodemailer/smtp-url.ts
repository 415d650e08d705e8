/** The parts of an SMTP URL, as options of nodemailer. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. Otherwise the connection is upgraded if the server offers STARTTLS (RFC 3207). */
  readonly secure: boolean;
  readonly requireTLS: boolean;
  readonly ignoreTLS: boolean;
  readonly tls: { readonly rejectUnauthorized: boolean };
  readonly auth?: { readonly user: string; readonly pass: string };
}

const SUBMISSION_PORTS = { "smtp:": 587, "smtps:": 465 };
const DEFAULTS = { requireTLS: false, ignoreTLS: false, "tls.rejectUnauthorized": true };
/** Reserved characters must be percent-encoded (RFC 3986, section 3.2.1). */
const FORM =
  "an smtp or smtps URL such as smtps://user:password@mail.example.org:465; percent-encode : / ? # [ ] @ % in user and password";
const OPTIONS =
  "an smtp or smtps URL with no other options than requireTLS, ignoreTLS and tls.rejectUnauthorized, each true or false";

// without percent-encoding, `URL` reads a part of the password as the host, or drops it
const PARTS =
  /^smtps?:\/\/(?:[^:/?#[\]@\\\s]*(?::[^:/?#[\]@\\\s]*)?@)?(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::\d{1,5})?\/?(?:\?[^#@\s]*)?$/;

/**
 * Reads `smtp://` and `smtps://` URLs. The default ports are those of submission (RFC 6409, RFC 8314). The
 * query may have `requireTLS=true`, `ignoreTLS=true` and `tls.rejectUnauthorized=false`.
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

/** The form that an invalid text should have, without repeating the text; `undefined` for a valid SMTP URL. */
export function smtpUrlFault(text: string): string | undefined {
  // nodemailer could parse the URL itself, but lets it set any option
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
