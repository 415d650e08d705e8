import type { Email } from "../../domain/email.ts";
import type { Purpose } from "../../domain/one-time-token.ts";

/** That a mailed secret is good for something, without the secret. */
export interface OneTimeToken {
  /** What the mailed secret lets its reader do, once. */
  readonly purpose: Purpose;
  readonly userId: string;
  /** Tells it from those before and after it with the same purpose and user. */
  readonly id: string;
  /** The address that it was mailed to. */
  readonly email: Email;
  readonly expiresAt: Date;
}

/**
 * Keeps one-time tokens: of each user, one for each purpose. Writes are atomic, durable once they resolve and
 * seen by every process that shares the storage. Expiry is the caller's to judge; a storage may forget a token
 * a day after its end.
 */
export interface OneTimeTokenRepository {
  /** Stores the token in place of whichever there was for this purpose and user. */
  put(token: OneTimeToken): Promise<void>;
  find(purpose: Purpose, userId: string): Promise<OneTimeToken | undefined>;
  /** Forgets the token if it still is the one of this id. Resolves to whether it was: of many at once, for one. */
  consume(purpose: Purpose, userId: string, id: string): Promise<boolean>;
  /** Forgets up to so many tokens that end at or before the moment. Resolves to how many it forgot. */
  sweep(until: Date, limit: number): Promise<number>;
}
