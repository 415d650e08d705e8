import type { OneTimeToken } from "../../../domain/one-time-token.ts";

/**
 * Keeps one-time tokens by id; a user may have several of one purpose. Writes are atomic, durable once they resolve and
 * seen by every process that shares the storage. Expiry is the caller's to judge; a storage may forget a token a day
 * after its end.
 */
export interface OneTimeTokenRepository {
  /** Stores the token, in place of one with the same id. */
  put(token: OneTimeToken): Promise<void>;
  find(id: string): Promise<OneTimeToken | undefined>;
  /** Sets the end of a token that is there. Resolves to whether it was: one that was consumed does not come back. */
  prolong(id: string, expiresAt: Date): Promise<boolean>;
  /** Forgets the token. Resolves to whether it was there: of many at once, for one. */
  consume(id: string): Promise<boolean>;
  /** Forgets all tokens of a user. */
  removeOf(userId: string): Promise<void>;
  /** Forgets at most `limit` tokens that end at or before the moment. Resolves to how many it forgot. */
  sweep(until: Date, limit: number): Promise<number>;
}
