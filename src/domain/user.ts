import type { Email } from "./email.ts";
import type { EmailHistory } from "./email-history.ts";
import type { Username } from "./username.ts";

/**
 * An account. Its `epoch` is what decides whether tokens live: whatever must end older sessions raises
 * it in the same write that makes the change (docs/decisions/0003-epoch-and-revocation.md).
 */
export interface User {
  readonly id: string;
  readonly username: Username;
  readonly email: Email;
  /** Whether the user showed that mail to the address arrives. */
  readonly emailVerified: boolean;
  /** As the hasher wrote it, its kind and cost within; or `NO_PASSWORD`. */
  readonly passwordHash: string;
  readonly createdAt: Date;
  readonly epoch: number;
  /** The one session of an older epoch that lives on: the one that changed the password, say. */
  readonly keptSession: string | undefined;
  readonly disabled: boolean;
  /** How often the counts of wrong passwords were cleared. Counts are of one such number, so that one step clears all. */
  readonly unlocks: number;
  /**
   * Of an account brought over from the Flask server, the address as it was written there, letter by letter:
   * that server's tokens name their user by it. `undefined` for everyone else.
   */
  readonly legacyIdentity: string | undefined;
  /** Which earlier addresses a mailed link may put back. `undefined` where the address was never changed. */
  readonly emailHistory: EmailHistory | undefined;
  /**
   * When the epoch was raised or the address changed last: mails that were asked for before bring no link. `undefined`
   * where neither has happened since there is this field.
   */
  readonly linksSince: Date | undefined;
}

/** In place of a hash: no password matches, and checking one takes as long. A mailed link sets another. */
export const NO_PASSWORD = "!";

/** What a token or a session carries of its user at the time it came to be. */
export interface Origin {
  readonly sessionId: string;
  readonly epoch: number;
}

/** Whether the user, as stored now, still stands behind what was given out then. */
export function acceptsEpoch(user: User, origin: Origin): boolean {
  return !user.disabled && (origin.epoch === user.epoch || origin.sessionId === user.keptSession);
}
