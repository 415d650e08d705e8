import type { Email } from "./email.ts";
import type { EmailHistory } from "./email-history.ts";
import type { Factors } from "./factors/factors.ts";
import type { Username } from "./username.ts";

/**
 * An account. Its `epoch` decides which sessions are valid: a change that must end earlier sessions raises it in the
 * same write (docs/decisions/0003-epoch-and-revocation.md).
 */
export interface User {
  readonly id: string;
  readonly username: Username;
  readonly email: Email;
  /** True once the user has proved to receive mail at the address. */
  readonly emailVerified: boolean;
  /** The encoded hash, with its kind and cost; or `NO_PASSWORD`. */
  readonly passwordHash: string;
  readonly createdAt: Date;
  readonly epoch: number;
  /** The one session of an earlier epoch that stays valid, such as the one that changed the password. */
  readonly keptSession: string | undefined;
  readonly disabled: boolean;
  /**
   * The number of times that the counts of wrong passwords were cleared. It is part of the keys of the counts, so that
   * one write clears all.
   */
  readonly unlocks: number;
  /**
   * The address exactly as the Flask server had it, for an account imported from there: that server's tokens identify
   * their user by it. `undefined` for other accounts.
   */
  readonly legacyIdentity: string | undefined;
  /** The former addresses that a mailed link may restore. `undefined` if the address was never changed. */
  readonly emailHistory: EmailHistory | undefined;
  /**
   * When the epoch was last raised or the address last changed: no link is made for a request from before. `undefined`
   * if neither has happened since this field exists.
   */
  readonly linksSince: Date | undefined;
  /** `undefined` for an account that never had a second factor. */
  readonly factors: Factors | undefined;
}

/**
 * In place of a hash: no password matches it, and a check takes as long as any other. A mailed link sets a password.
 */
export const NO_PASSWORD = "!";

/** The session and the epoch that a token or a session was issued under. */
export interface SessionEpoch {
  readonly sessionId: string;
  readonly epoch: number;
}

/** True if a session or token issued under this session and epoch is still valid for the user as stored now. */
export function acceptsEpoch(user: User, { sessionId, epoch }: SessionEpoch): boolean {
  return !user.disabled && (epoch === user.epoch || sessionId === user.keptSession);
}
