import type { Email } from "./email.ts";
import { canRestoreAddress, emailRevision } from "./email-history.ts";
import type { User } from "./user.ts";

/** Rules for mailed links and challenges of logins: what each is for, how long it is valid, and what ends it earlier. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * How long a link of each purpose is valid, in milliseconds: from the delivery of its mail on, or from the request on
 * for the two links of a change of address.
 */
const LINK_LIFE_MS = {
  reset_password: HOUR,
  verify_email: 24 * HOUR,
  change_email: 24 * HOUR,
  // longer than a link to change the address, whose mail may have been on its way for a day
  cancel_email_change: 72 * HOUR,
} as const;

export type LinkPurpose = keyof typeof LINK_LIFE_MS;

const LIFE_MS = {
  ...LINK_LIFE_MS,
  // the challenge of a login that waits for its second factor
  second_factor: 5 * MINUTE,
} as const;

export type Purpose = keyof typeof LIFE_MS;

/** The record of a mailed link or of a challenge, without the secret in it. */
export interface OneTimeToken {
  /** The single use of the token. */
  readonly purpose: Purpose;
  readonly userId: string;
  /** A unique UUID. */
  readonly id: string;
  /** The address that the link is mailed to. */
  readonly email: Email;
  /** The user's epoch when the link was made. */
  readonly epoch: number;
  /** The canonical address of the account when the link was made. */
  readonly accountEmail: string;
  /** The revision of that address. 0 in records of earlier versions. */
  readonly emailRevision: number;
  /**
   * True if the link was mailed, so that using it proves control of the address; false for a link that an operator handed over, and for a challenge.
   * `true` in records of earlier versions, which lack the field.
   */
  readonly isMailed: boolean;
  readonly expiresAt: Date;
}

export function linkEnd(purpose: Purpose, now: Date): Date {
  return new Date(now.getTime() + LIFE_MS[purpose]);
}

/**
 * True if nothing has ended the link; its expiry is not checked. Each step that ends sessions raises the user's epoch,
 * and so ends every earlier link; a change of address ends the links that were made for the former address. A link that
 * cancels a change of address protects the owner from somebody else with the password: nothing that can be done with
 * the password ends it, neither such a step nor the change itself.
 */
export function isUnrevoked(token: OneTimeToken, user: User | undefined): user is User {
  if (user === undefined || user.id !== token.userId || user.disabled) return false;
  if (token.purpose === "cancel_email_change") return canRestoreAddress(user, token.emailRevision);
  return (
    user.epoch === token.epoch &&
    user.email.canonical === token.accountEmail &&
    emailRevision(user) === token.emailRevision
  );
}

/**
 * True if a link that was requested at `askedAt` may still be made. A step that ends links also prevents those that
 * were requested earlier and not made yet.
 */
export function isLinkRequestValid(askedAt: Date, { linksSince, createdAt }: User): boolean {
  return askedAt >= (linksSince ?? createdAt);
}

/** True if the link can be used: it has not expired, and nothing ended it. `user` is the user as stored now. */
export function isValidLink(token: OneTimeToken, user: User | undefined, now: Date): user is User {
  return now < token.expiresAt && isUnrevoked(token, user);
}
