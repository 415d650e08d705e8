import { isLinkMadeOnDelivery, type MailKind, type NoticeKind } from "../../domain/mails.ts";
import { isLinkRequestValid } from "../../domain/one-time-token.ts";
import type { User } from "../../domain/user.ts";
import type { PendingRegistration, RegistrationSeal } from "../ports/registration-seal.ts";
import type { OutboxMail } from "../ports/storage/outbox.ts";
import type { UserRepository } from "../ports/storage/users.ts";

export interface RecipientDeps {
  readonly users: UserRepository;
  readonly canonicalEmail: (text: string) => string;
  readonly registrationSeal: RegistrationSeal;
  /** The kinds of mails that only tell what happened. */
  readonly notices: ReadonlySet<NoticeKind>;
}

/**
 * What is sent, and to whom: a user, somebody who has no account yet, or the reader of an address who is told of
 * something, whatever has become of the account.
 */
export type Recipient =
  | { readonly mail: OutboxMail; readonly user: User }
  | { readonly mail: OutboxMail; readonly registration: PendingRegistration }
  | { readonly mail: OutboxMail; readonly notice: StandaloneNotice };

/** What can be said without the account. */
export interface StandaloneNotice {
  readonly kind: MailKind;
  readonly username: string;
}

/**
 * Who gets the mail, if anybody should. This is where it is looked up whether an address has an account: of one that
 * was asked for by another, its owner is told so instead.
 */
export async function recipientOf(
  deps: RecipientDeps,
  mail: OutboxMail,
  now: Date,
): Promise<Recipient | undefined> {
  const { users } = deps;
  if (mail.kind === "registration") return registrationRecipient(deps, mail, now);
  // that the address was verified then was looked at as it was put there
  if (mail.isNotice && mail.username !== undefined) {
    return { mail, notice: { kind: mail.kind, username: mail.username } };
  }
  const user = await (mail.userId === undefined
    ? users.findByEmail(mail.email)
    : users.findById(mail.userId));
  if (user === undefined || user.disabled) {
    const notice = noticeInPlaceOfLink(mail);
    return notice && { mail, notice };
  }
  if (mail.kind === "email_change") {
    const owner = await users.findByEmail(deps.canonicalEmail(mail.email));
    if (owner !== undefined && owner.id !== user.id) return noticeToOwner(mail, owner);
  }
  return isNeeded(deps, mail, user) ? { mail, user } : undefined;
}

/**
 * What a mail says whose link serves no more, if anything. That a change of address was asked for is told all the same:
 * else somebody with the password could keep it from the owner by deleting the account.
 */
export function noticeInPlaceOfLink({ kind, username = "" }: OutboxMail): StandaloneNotice | undefined {
  return kind === "email_change_requested" ? { kind: "email_change_warning", username } : undefined;
}

async function registrationRecipient(
  { users, registrationSeal }: RecipientDeps,
  mail: OutboxMail,
  now: Date,
): Promise<Recipient | undefined> {
  const [registration, owner] = await Promise.all([
    registrationSeal.open(mail.sealed ?? "", now),
    users.findByEmail(mail.email),
  ]);
  if (owner !== undefined) return noticeToOwner(mail, owner);
  return registration && { mail, registration };
}

function noticeToOwner(mail: OutboxMail, owner: User): Recipient | undefined {
  const told: OutboxMail = { ...mail, kind: "address_taken", email: owner.email.shown, userId: owner.id };
  return owner.disabled ? undefined : { mail: told, user: owner };
}

function isNeeded({ notices }: RecipientDeps, mail: OutboxMail, user: User): boolean {
  const { kind, email } = mail;
  const isLinkUnmade = isLinkMadeOnDelivery(kind) && mail.tokenId === undefined;
  if (isLinkUnmade && !isLinkRequestValid(mail.createdAt, user)) return false;
  if (kind === "email_verification") return !user.emailVerified;
  // former versions put such mails there for addresses that nobody had verified
  return !(notices as ReadonlySet<MailKind>).has(kind) || user.emailVerified || user.email.shown !== email;
}
