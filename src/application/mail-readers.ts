import type { User } from "../domain/user.ts";
import type { MailKind, OutboxMail } from "./ports/outbox.ts";
import type { PendingRegistration, RegistrationSeal } from "./ports/registration-seal.ts";
import type { UserRepository } from "./ports/users.ts";

export interface MailReadersDeps {
  readonly users: UserRepository;
  readonly canonicalEmail: (text: string) => string;
  readonly registrationSeal: RegistrationSeal;
  /** The kinds of mails that only tell what happened. */
  readonly notices: ReadonlySet<MailKind>;
}

/** What is sent, and to whom: a user, or somebody who has no account yet. */
export type Addressed =
  | { readonly mail: OutboxMail; readonly user: User }
  | { readonly mail: OutboxMail; readonly registration: PendingRegistration };

/**
 * Who gets the mail, if anybody should. This is where it is looked up whether an address has an account: of one that
 * was asked for by another, its owner is told so instead.
 */
export async function addressed(
  deps: MailReadersDeps,
  mail: OutboxMail,
  now: Date,
): Promise<Addressed | undefined> {
  const { users } = deps;
  if (mail.kind === "registration") return newcomer(deps, mail, now);
  const user = await (mail.userId === undefined
    ? users.findByEmail(mail.email)
    : users.findById(mail.userId));
  if (user === undefined || user.disabled) return undefined;
  if (mail.kind === "email_change") {
    const owner = await users.findByEmail(deps.canonicalEmail(mail.email));
    if (owner !== undefined && owner.id !== user.id) return ownerOf(mail, owner);
  }
  return isNeeded(deps, mail, user) ? { mail, user } : undefined;
}

async function newcomer(
  { users, registrationSeal }: MailReadersDeps,
  mail: OutboxMail,
  now: Date,
): Promise<Addressed | undefined> {
  const [registration, owner] = await Promise.all([
    registrationSeal.open(mail.sealed ?? "", now),
    users.findByEmail(mail.email),
  ]);
  if (owner !== undefined) return ownerOf(mail, owner);
  return registration && { mail, registration };
}

function ownerOf(mail: OutboxMail, owner: User): Addressed | undefined {
  const told: OutboxMail = { ...mail, kind: "address_taken", email: owner.email.shown, userId: owner.id };
  return owner.disabled ? undefined : { mail: told, user: owner };
}

function isNeeded({ notices }: MailReadersDeps, { kind, email }: OutboxMail, user: User): boolean {
  if (kind === "email_verification") return !user.emailVerified;
  // former versions put such mails there for addresses that nobody had verified
  return !notices.has(kind) || user.emailVerified || user.email.shown !== email;
}
