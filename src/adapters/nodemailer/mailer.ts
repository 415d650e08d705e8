import { createTransport } from "nodemailer";
import type { Mail, Mailer } from "../../application/ports/mailer.ts";
import { isOneAddress, type Sender } from "./address.ts";
import { readSmtpUrl, type SmtpServer } from "./smtp-url.ts";

export interface SmtpMailerOptions {
  /** An `smtp://` or `smtps://` URL for `readSmtpUrl`. Secret: it may contain a password. */
  readonly url: string;
  readonly from: Sender;
  /** Deadline of one send, in milliseconds. */
  readonly timeoutMs?: number;
}

export interface SmtpMailer extends Mailer {
  /** Closes all connections. Mails being sent fail. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 20_000;

/**
 * Sends mails over SMTP, each to exactly one recipient. Connects when there is a mail to send and keeps
 * connections open briefly for further mails. A server whose certificate does not match its name is refused.
 * Errors of `send` contain only the server's codes, never its text, which may repeat the mail and its link.
 * @throws Error without the URL's secrets, if the URL cannot be used
 */
export function smtpMailer({ url, from, timeoutMs = TIMEOUT_MS }: SmtpMailerOptions): SmtpMailer {
  const server = readSmtpUrl(url);
  const transport = createTransport(optionsFor(server, timeoutMs));

  async function send(mail: Mail): Promise<void> {
    if (!isOneAddress(mail.to)) throw new Error("The mail is not to one plain address");
    try {
      await transport.sendMail({ ...messageOf(mail, from), signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      throw new Error(`The mail was not accepted: ${reasonOf(error as SmtpError, timeoutMs)}`);
    }
  }

  return { send, close: async () => transport.close({ force: true }) };
}

function optionsFor(server: SmtpServer, timeoutMs: number) {
  return {
    ...server,
    pool: true as const,
    // a pooled connection may turn out dead, but hardly two; further attempts are up to the outbox
    maxRequeues: 1,
    connectionTimeout: timeoutMs / 2,
    greetingTimeout: timeoutMs / 2,
    socketTimeout: timeoutMs,
    // closed properly, before its silence counts as a fault
    idleTimeout: timeoutMs / 2,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Passes addresses and the envelope as objects, so that nodemailer parses nothing. */
function messageOf({ to, subject, text, html }: Mail, from: Sender) {
  return {
    from: { name: from.name, address: from.address },
    to: { name: "", address: to },
    envelope: { from: from.address, to: [to] },
    subject: subject.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " "),
    text,
    html,
    // suppresses automatic replies (RFC 3834)
    headers: { "Auto-Submitted": "auto-generated" },
  };
}

interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
}

function reasonOf({ message, code, command, response }: SmtpError, timeoutMs: number): string {
  if (code === "EABORT") return `it took longer than ${timeoutMs} ms`;
  if (response === undefined) return message;
  const [codes = "no SMTP reply"] = /^[2-5]\d\d(?:[ -][245]\.\d{1,3}\.\d{1,3}\b)?/.exec(response) ?? [];
  return `the server answered ${codes} (${command})`;
}
