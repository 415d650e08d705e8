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
const FORM =
  "it must look like smtps://user:password@mail.example.org:465, with :/?#[]@% in user and password percent-encoded";

/**
 * Reads `smtp://` and `smtps://` URLs; ports are those of submission (RFC 6409, RFC 8314) where none is given.
 * After a `?` may come `requireTLS=true`, `ignoreTLS=true` and `tls.rejectUnauthorized=false`.
 * @throws Error that repeats nothing of the URL but the name of an option
 */
export function readSmtpUrl(text: string): SmtpServer {
  // nodemailer would read the URL too, but lets it set any option there is
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const defaultPort = SUBMISSION_PORTS[url?.protocol as keyof typeof SUBMISSION_PORTS];
  const host = url?.hostname.replace(/^\[(.*)\]$/, "$1") ?? "";
  if (!url || !defaultPort || !/^[\w.:-]+$/.test(host) || !/^\/?$/.test(url.pathname)) throw unusable(FORM);
  const { requireTLS, ignoreTLS, "tls.rejectUnauthorized": rejectUnauthorized } = flagsOf(url.searchParams);
  return {
    host,
    port: Number(url.port) || defaultPort,
    secure: url.protocol === "smtps:",
    requireTLS,
    ignoreTLS,
    tls: { rejectUnauthorized },
    ...(url.username || url.password ? { auth: credentialsOf(url) } : {}),
  };
}

function credentialsOf({ username, password }: URL) {
  try {
    return { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  } catch {
    throw unusable(FORM);
  }
}

function flagsOf(query: URLSearchParams): typeof DEFAULTS {
  const flags = { ...DEFAULTS };
  for (const [name, value] of query) {
    if (!Object.hasOwn(DEFAULTS, name)) throw unusable("it has an option that is not known");
    if (!/^(true|false)$/.test(value)) throw unusable(`its option ${name} must be true or false`);
    flags[name as keyof typeof DEFAULTS] = value === "true";
  }
  return flags;
}

function unusable(reason: string): Error {
  return new Error(`This is not an SMTP URL that can be used: ${reason}`);
}
