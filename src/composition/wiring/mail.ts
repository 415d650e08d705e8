import { openMailTemplates } from "../../adapters/mustache/mail-templates.ts";
import type { SmtpMailer } from "../../adapters/nodemailer/mailer.ts";
import type { DeliverMails } from "../../application/mail/deliver-mails.ts";
import type { MailTemplates } from "../../application/ports/mail-templates.ts";
import type { Mailer } from "../../application/ports/mailer.ts";
import type { Config } from "../settings/config.ts";
import { atMost, repeatedly } from "./background.ts";
import type { Log } from "./log.ts";
import { StartError } from "./start-error.ts";

/** How soon after its request a mail is sent. */
const DELIVER_EVERY_MS = 1_000;
/** How long a stop waits for a mail that is being sent. */
const STOP_GRACE_MS = 1_000;

/** The mailer and the composer of mails. */
export interface OpenedMail {
  readonly mailer: Mailer;
  readonly templates: MailTemplates;
  close(): Promise<void>;
}

/** Whether mails can be read by anyone: without `SMTP_URL` they are logged at level info. */
export function reachesReaders({ SMTP_URL, LOG_LEVEL }: Config): boolean {
  return SMTP_URL !== undefined || ["info", "debug", "trace"].includes(LOG_LEVEL);
}

/**
 * Opens the configured mailer: SMTP, or the log for trials. Connects to nothing yet.
 * @param override Takes all mails, in place of SMTP and the log
 * @throws StartError
 */
export async function openMail(
  config: Config,
  log: Pick<Log, "mails" | "notices">,
  override?: Mailer,
): Promise<OpenedMail> {
  const templates = await openMailTemplates(config.MAIL_TEMPLATES, config.APP_NAME).catch((error) => {
    throw new StartError(
      `The mail templates cannot be used: ${error.message}`,
      "Correct that file, or remove it from MAIL_TEMPLATES to use the one that is built in.",
      error,
    );
  });
  if (override) return { mailer: override, templates, close: async () => {} };
  if (config.SMTP_URL === undefined) {
    log.notices.warn("No SMTP_URL: mails, with the links in them, go to the log, at level info");
    return { mailer: log.mails, templates, close: async () => {} };
  }
  const mailer = await openSmtp(config.SMTP_URL, config.MAIL_FROM);
  return { mailer, templates, close: () => mailer.close() };
}

/**
 * Delivers waiting mails periodically. The returned stop takes little longer than `STOP_GRACE_MS`, even if the
 * mail server hangs. Mails that the server has not accepted by then are delivered after the next start.
 */
export function keepDelivering(
  deliverMails: DeliverMails,
  { close }: Pick<OpenedMail, "close">,
  failed: (error: unknown) => void,
): () => Promise<void> {
  const stop = repeatedly(DELIVER_EVERY_MS, deliverMails, failed);
  return async () => {
    const stopped = stop();
    await atMost(STOP_GRACE_MS, stopped);
    await close();
    await stopped;
  };
}

async function openSmtp(url: string, from: Config["MAIL_FROM"]): Promise<SmtpMailer> {
  if (from === undefined) throw new TypeError("readConfig lets no SMTP_URL pass without MAIL_FROM");
  const { smtpMailer } = await import("../../adapters/nodemailer/mailer.ts");
  return smtpMailer({ url, from });
}
