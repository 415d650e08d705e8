import { linkOf } from "../../domain/mails.ts";
import { isUnrevoked, type LinkPurpose, linkEnd, type OneTimeToken } from "../../domain/one-time-token.ts";
import type { User } from "../../domain/user.ts";
import type { MailTemplates } from "../ports/mail-templates.ts";
import type { Mail, Mailer } from "../ports/mailer.ts";
import type { PendingRegistration } from "../ports/registration-seal.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { Outbox, OutboxMail } from "../ports/storage/outbox.ts";
import { newToken, type OneTimeLinksDeps } from "./one-time-links.ts";
import { noticeInPlaceOfLink, type RecipientDeps, recipientOf, type StandaloneNotice } from "./recipients.ts";

export interface DeliverMailsDeps extends OneTimeLinksDeps, RecipientDeps {
  readonly outbox: Outbox;
  readonly mailer: Mailer;
  readonly mailTemplates: MailTemplates;
  readonly events: SecurityEvents;
  /** The URL in the front end with this secret in it. */
  readonly linkTo: (purpose: LinkPurpose, secret: string) => string;
}

/**
 * Delivers the mails that are due, each at least once. A mail that cannot be sent is tried again for a day, at growing
 * intervals. Resolves to the number of mails sent. Any number of processes may call this at the same time.
 * @throws the error of the first mail that failed, after the others were delivered
 */
export type DeliverMails = () => Promise<number>;

const AT_ONCE = 10;
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;
const GIVEN_UP_AFTER_MS = 24 * 3_600_000;

export function makeDeliverMails(deps: DeliverMailsDeps): DeliverMails {
  return async () => {
    let sent = 0;
    let failed: PromiseRejectedResult | undefined;
    // without a pause between batches: mails to addresses without an account must not delay the others
    for (;;) {
      const mails = await deps.outbox.due(deps.clock.now(), AT_ONCE);
      const ends = await Promise.allSettled(mails.map((mail) => deliver(deps, mail)));
      failed ??= ends.find((end) => end.status === "rejected");
      sent += ends.filter((end) => end.status === "fulfilled" && end.value).length;
      // if all failed, the storage may be at fault, and they are still due
      if (mails.length < AT_ONCE || ends.every(({ status }) => status === "rejected")) break;
    }
    if (failed) throw failed.reason;
    return sent;
  };
}

/** Resolves to whether the mail was sent now. */
async function deliver(deps: DeliverMailsDeps, mail: OutboxMail): Promise<boolean> {
  const now = deps.clock.now();
  const wait = Math.min(FIRST_WAIT_MS * 2 ** mail.attempts, LONGEST_WAIT_MS);
  // otherwise another process has begun this attempt
  if (!(await deps.outbox.begin(mail.id, mail.attempts, new Date(now.getTime() + wait)))) return false;
  if (now.getTime() - mail.createdAt.getTime() >= GIVEN_UP_AFTER_MS) {
    await deps.outbox.remove(mail.id);
    deps.events.report({ type: "mail_given_up", kind: mail.kind, userId: mail.userId });
    return false;
  }
  const letter = await render(deps, mail, now);
  if (letter === undefined) {
    await deps.outbox.remove(mail.id);
    deps.events.report({ type: "mail_dropped", kind: mail.kind, userId: mail.userId });
    return false;
  }
  try {
    await deps.mailer.send(letter.mail);
  } catch (error) {
    deps.events.report({ type: "mail_failed", kind: mail.kind, attempts: mail.attempts + 1 });
    throw error;
  }
  const { link } = letter;
  if (link) deps.events.report({ type: "link_mailed", purpose: link.purpose, userId: link.userId });
  await deps.outbox.remove(mail.id);
  return true;
}

/** A mail as it is sent, and the token of the link in it, if the link belongs to a user. */
interface RenderedMail {
  readonly mail: Mail;
  readonly link: (Pick<OneTimeToken, "userId"> & { readonly purpose: LinkPurpose }) | undefined;
}

/** The mail in words; `undefined` if it is not needed any more. */
async function render(
  deps: DeliverMailsDeps,
  mail: OutboxMail,
  now: Date,
): Promise<RenderedMail | undefined> {
  const recipient = await recipientOf(deps, mail, now);
  if (recipient === undefined) return undefined;
  if ("user" in recipient) return renderForUser(deps, recipient.mail, recipient.user);
  return "notice" in recipient
    ? renderNotice(deps, mail, recipient.notice)
    : renderRegistration(deps, recipient.registration);
}

/** The link contains the registration itself: there is no user yet for whom a token could be stored. */
async function renderRegistration(
  deps: DeliverMailsDeps,
  registration: PendingRegistration,
): Promise<RenderedMail> {
  const expiresAt = linkEnd("verify_email", deps.clock.now());
  const link = deps.linkTo("verify_email", await deps.registrationSeal.seal(registration, expiresAt));
  const { username, email } = registration;
  const facts = { username: username.shown, email: email.shown, link, expiresAt };
  return { mail: { to: email.shown, ...deps.mailTemplates.render("registration", facts) }, link: undefined };
}

function renderNotice(
  { mailTemplates }: DeliverMailsDeps,
  { email }: OutboxMail,
  { kind, username }: StandaloneNotice,
): RenderedMail {
  return { mail: { to: email, ...mailTemplates.render(kind, { username, email }) }, link: undefined };
}

/** The mail in words; `undefined` if its link is no longer valid and the mail is pointless without it. */
async function renderForUser(
  deps: DeliverMailsDeps,
  mail: OutboxMail,
  user: User,
): Promise<RenderedMail | undefined> {
  const to = mail.userId === undefined ? user.email.shown : mail.email;
  const facts = { username: user.username.shown, email: to };
  const purpose = linkOf(mail.kind);
  if (purpose === null) return renderNotice(deps, { ...mail, email: to }, { ...facts, kind: mail.kind });
  const token = await tokenFor(deps, mail, purpose, user);
  if (token === undefined) {
    const notice = noticeInPlaceOfLink({ ...mail, username: facts.username });
    return notice && renderNotice(deps, mail, notice);
  }
  const link = deps.linkTo(purpose, deps.linkSecrets.make(token));
  const words = deps.mailTemplates.render(mail.kind, { ...facts, link, expiresAt: token.expiresAt });
  return { mail: { to, ...words }, link: { purpose, userId: token.userId } };
}

/**
 * The token of the link in the mail. It is tied to the mail before the first attempt to send it, so that a mail that is
 * sent again after a crash has the same link. `undefined` if the link was used or ended: waiting to be sent never makes
 * it valid again.
 */
async function tokenFor(
  deps: DeliverMailsDeps,
  mail: OutboxMail,
  purpose: LinkPurpose,
  user: User,
): Promise<OneTimeToken | undefined> {
  if (mail.tokenId === undefined) {
    const own = await newToken(deps, purpose, user);
    const tokenId = await deps.outbox.tie(mail.id, own.id);
    if (tokenId === own.id) return own;
    // another process tied its token first, and may have died before it sent the mail
    await deps.oneTimeTokens.consume(own.id);
    return tokenId === undefined ? undefined : tokenFor(deps, { ...mail, tokenId }, purpose, user);
  }
  const token = await deps.oneTimeTokens.find(mail.tokenId);
  if (token === undefined || !isUnrevoked(token, user)) return undefined;
  const now = deps.clock.now();
  if (now < token.expiresAt) return token;
  // the link expired before it was delivered: its lifetime begins with the delivery
  const expiresAt = linkEnd(purpose, now);
  return (await deps.oneTimeTokens.prolong(token.id, expiresAt)) ? { ...token, expiresAt } : undefined;
}
