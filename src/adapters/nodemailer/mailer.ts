import { createTransport } from "nodemailer";
import type { Mail, Mailer } from "../../application/ports/mailer.ts";
import { isOneAddress, type Sender } from "./address.ts";
import { readSmtpUrl, type SmtpServer } from "./smtp-url.ts";

export interface SmtpMailerOptions {
  /** `smtp://` or `smtps://`, as `readSmtpUrl` takes it. Secret: it may hold a password. */
  readonly url: string;
  readonly from: Sender;
  /** How long one send may take, in milliseconds, whatever the server does. */
  readonly timeoutMs?: number;
}

export interface SmtpMailer extends Mailer {
  /** Closes all connections; what is being sent fails. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 20_000;

/**
 * Sends mails over SMTP, each to exactly one recipient. Connects when there is something to send and
 * keeps connections for a moment, for more. A server that cannot prove its name by its certificate is
 * refused. What `send` throws says what went wrong in codes of the server and never in its words, which may
 * repeat the mail and with it the link.
 * @throws Error without any of the URL's secrets, where it cannot be used
 */
export function smtpMailer({ url, from, timeoutMs = TIMEOUT_MS }: SmtpMailerOptions): SmtpMailer {
  const server = readSmtpUrl(url);
  const transport = createTransport(optionsFor(server, timeoutMs));

  async function send(mail: Mail): Promise<void> {
    if (!isOneAddress(mail.to)) throw new Error("The mail is not to one plain address");
    try {
      await transport.sendMail({ ...messageOf(mail, from), signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      throw new Error(`The mail was not taken over: ${reasonOf(error as SmtpError, timeoutMs)}`);
    }
  }

  return { send, close: async () => transport.close({ force: true }) };
}

function optionsFor(server: SmtpServer, timeoutMs: number) {
  return {
    ...server,
    pool: true as const,
    // a pooled connection may be found dead, two are not; later tries are the outbox's
    maxRequeues: 1,
    connectionTimeout: timeoutMs / 2,
    greetingTimeout: timeoutMs / 2,
    socketTimeout: timeoutMs,
    // said goodbye to before the silence counts as a fault
    idleTimeout: timeoutMs / 2,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Addresses as objects, and the envelope too: nothing is left for nodemailer to parse. */
function messageOf({ to, subject, text, html }: Mail, from: Sender) {
  return {
    from: { name: from.name, address: from.address },
    to: { name: "", address: to },
    envelope: { from: from.address, to: [to] },
    subject: subject.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " "),
    text,
    html,
    // RFC 3834: no out-of-office notes in answer
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
