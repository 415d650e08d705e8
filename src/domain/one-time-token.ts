import type { Email } from "./email.ts";
import { canPutBack, emailRevision } from "./email-history.ts";
import type { User } from "./user.ts";

/** Rules for mailed links: what each is for, how long it serves, and what ends it before. */

const HOUR = 3_600_000;

/**
 * Purposes of mailed links, and how long a link serves, in milliseconds: after its mail was sent, and the two of a change of
 * address after it was asked for.
 */
const LINK_LIFE_MS = {
  reset_password: HOUR,
  verify_email: 24 * HOUR,
  change_email: 24 * HOUR,
  // longer than a link to change the address, whose mail may have been on its way for a day
  cancel_email_change: 72 * HOUR,
} as const;

export type Purpose = keyof typeof LINK_LIFE_MS;

/** That a mailed secret is good for something, without the secret. */
export interface OneTimeToken {
  /** What the mailed secret lets its reader do, once. */
  readonly purpose: Purpose;
  readonly userId: string;
  /** A UUID, which no other token has. */
  readonly id: string;
  /** The address that it is mailed to. */
  readonly email: Email;
  /** The user's epoch when the link was made. */
  readonly epoch: number;
  /** The canonical form of the address that the account had then. */
  readonly accountEmail: string;
  /** The revision of the account's address then. 0 in records of former versions. */
  readonly emailRevision: number;
  /**
   * Whether it was mailed, so that its reader has the address. An operator hands others over. `true` in records of former
   * versions, which did not tell them apart.
   */
  readonly isMailed: boolean;
  readonly expiresAt: Date;
}

export function linkEnd(purpose: Purpose, now: Date): Date {
  return new Date(now.getTime() + LINK_LIFE_MS[purpose]);
}

/**
 * Whether nothing but time has ended the link. Each step that ends sessions raises the user's epoch, and so ends every
 * link from before; a change of address ends the links that were made for the former one. A link that cancels a change
 * of address is there for the case that somebody else has the password: nothing that can be done with a password ends
 * it, neither such a step nor the change itself.
 */
export function isUnrevoked(token: OneTimeToken, user: User | undefined): user is User {
  if (user === undefined || user.id !== token.userId || user.disabled) return false;
  if (token.purpose === "cancel_email_change") return canPutBack(user, token.emailRevision);
  return (
    user.epoch === token.epoch &&
    user.email.canonical === token.accountEmail &&
    emailRevision(user) === token.emailRevision
  );
}

/**
 * Whether a mail may still bring a link that is made as the mail is sent. A step that ends links also
 * ends links that were asked for before it and not made yet.
 */
export function isLinkRequestValid(askedAt: Date, { linksSince, createdAt }: User): boolean {
  return askedAt >= (linksSince ?? createdAt);
}

/** Whether following the link has its effect, with the user as stored now. */
export function isValidLink(token: OneTimeToken, user: User | undefined, now: Date): user is User {
  return now < token.expiresAt && isUnrevoked(token, user);
}
