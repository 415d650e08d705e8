import type { OneTimeToken, OneTimeTokenRepository } from "../../application/ports/one-time-tokens.ts";
import { openEnds } from "./ends.ts";
import type { Environment } from "./environment.ts";
import { isKey, mustBeKeys } from "./key.ts";

type TokenRecord = Omit<OneTimeToken, "expiresAt"> & { readonly expiresAt: number };

/** Tokens by purpose and user, and an index by their end. */
export function lmdbOneTimeTokens(environment: Environment): OneTimeTokenRepository {
  const { database, read, write } = environment;
  const tokens = database<TokenRecord>("oneTimeTokens");
  const ends = openEnds(environment, "oneTimeTokensByEnd");
  const keyOf = (purpose: string, userId: string) => `${purpose}:${userId}`;

  function forget(key: string): void {
    const stored = tokens.get(key);
    if (stored === undefined) return;
    tokens.remove(key);
    ends.remove(stored.expiresAt, key);
  }

  return {
    async put(token) {
      const key = keyOf(token.purpose, token.userId);
      mustBeKeys(token.userId, key);
      const record = { ...token, expiresAt: token.expiresAt.getTime() };
      await write(() => {
        forget(key);
        tokens.put(key, record);
        ends.put(record.expiresAt, key);
      });
    },
    find: (purpose, userId) =>
      read(() => {
        const key = keyOf(purpose, userId);
        const record = isKey(key) ? tokens.get(key) : undefined;
        return record && { ...record, expiresAt: new Date(record.expiresAt) };
      }),
    async consume(purpose, userId, id) {
      const key = keyOf(purpose, userId);
      if (!isKey(key)) return false;
      return write(() => {
        if (tokens.get(key)?.id !== id) return false;
        forget(key);
        return true;
      });
    },
    sweep: (until, limit) =>
      write(() => {
        const over = ends.upTo(until.getTime(), limit);
        for (const key of over) forget(key);
        return over.length;
      }),
  };
}
