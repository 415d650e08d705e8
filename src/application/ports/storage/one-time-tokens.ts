import type { OneTimeToken } from "../../../domain/one-time-token.ts";

/**
 * Stores one-time tokens by id; a user may have several of one purpose. Writes are atomic, durable once they resolve and
 * visible to every process that shares the storage. Callers check the expiry; a storage may remove a token a day after it.
 */
export interface OneTimeTokenRepository {
  /** Stores the token, replacing one with the same id. */
  put(token: OneTimeToken): Promise<void>;
  find(id: string): Promise<OneTimeToken | undefined>;
  /** Sets the expiry of a stored token. Resolves to whether it was stored: a consumed token does not come back. */
  prolong(id: string, expiresAt: Date): Promise<boolean>;
  /** Removes the token. Resolves to whether it was stored; of concurrent calls, to `true` for one. */
  consume(id: string): Promise<boolean>;
  /** Removes all tokens of a user. */
  removeOf(userId: string): Promise<void>;
  /** Removes at most `limit` tokens that expire at `until` or earlier. Resolves to how many it removed. */
  sweep(until: Date, limit: number): Promise<number>;
}
