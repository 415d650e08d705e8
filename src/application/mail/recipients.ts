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
  /** The notices that are configured. */
  readonly notices: ReadonlySet<NoticeKind>;
}

/**
 * The recipient of a mail: a user; a registration that is not confirmed yet; or an address that is sent a notice, whether
 * its account still exists or not.
 */
export type Recipient =
  | { readonly mail: OutboxMail; readonly user: User }
  | { readonly mail: OutboxMail; readonly registration: PendingRegistration }
  | { readonly mail: OutboxMail; readonly notice: StandaloneNotice };

/** A notice that can be rendered without its account. */
export interface StandaloneNotice {
  readonly kind: MailKind;
  readonly username: string;
}

/**
 * The recipient of the mail, or `undefined` if it is not needed. This is where an address is looked up: if it belongs to
 * another account than the one that asked for the mail, its owner is told instead.
 */
export async function recipientOf(
  deps: RecipientDeps,
  mail: OutboxMail,
  now: Date,
): Promise<Recipient | undefined> {
  const { users } = deps;
  if (mail.kind === "registration") return registrationRecipient(deps, mail, now);
  // it was checked that the address was verified when the notice was added
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
 * The notice that is sent instead of a mail whose link is no longer valid, if any. A request to change the address is told
 * in any case: otherwise an attacker with the password could hide it from the owner by deleting the account.
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
  // earlier versions added notices for addresses that were not verified
  return !(notices as ReadonlySet<MailKind>).has(kind) || user.emailVerified || user.email.shown !== email;
}
