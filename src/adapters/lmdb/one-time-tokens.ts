import type { OneTimeTokenRepository } from "../../application/ports/storage/one-time-tokens.ts";
import type { OneTimeToken } from "../../domain/one-time-token.ts";
import type { Environment } from "./environment.ts";
import { inGroups } from "./groups.ts";
import { assertKeys, isKey } from "./key.ts";
import type { StoredWith } from "./stored.ts";
import { openTimeIndex } from "./time-index.ts";

type TokenRecord = StoredWith<OneTimeToken, "emailRevision" | "isMailed">;

/** Tokens by id, with indexes by user and by end. Earlier versions stored them by purpose and user. */
export function lmdbOneTimeTokens(environment: Environment): OneTimeTokenRepository {
  const { database, read, write } = environment;
  const tokens = database<TokenRecord>("oneTimeTokens");
  const byUser = database<true, [userId: string, id: string]>("oneTimeTokensByUser");
  const ends = openTimeIndex(environment, "oneTimeTokensByEnd");

  function forget(key: string): boolean {
    const stored = tokens.get(key);
    if (stored === undefined) return false;
    tokens.remove(key);
    byUser.remove([stored.userId, key]);
    ends.remove(stored.expiresAt, key);
    return true;
  }

  function add(record: TokenRecord): void {
    tokens.put(record.id, record);
    byUser.put([record.userId, record.id], true);
    ends.put(record.expiresAt, record.id);
  }

  function idsOf(userId: string, limit: number): string[] {
    const ids = [];
    for (const [owner, id] of byUser.getKeys({ start: [userId], limit })) {
      if (owner !== userId) break;
      ids.push(id);
    }
    return ids;
  }

  return {
    async put(token) {
      assertKeys(token.id, token.userId);
      await write(() => {
        forget(token.id);
        add({ ...token, expiresAt: token.expiresAt.getTime() });
      });
    },
    find: (id) =>
      read(() => {
        const record = isKey(id) ? tokens.get(id) : undefined;
        // earlier versions wrote neither field
        return (
          record && { emailRevision: 0, isMailed: true, ...record, expiresAt: new Date(record.expiresAt) }
        );
      }),
    async prolong(id, expiresAt) {
      if (!isKey(id)) return false;
      return write(() => {
        const record = tokens.get(id);
        if (record === undefined) return false;
        forget(id);
        add({ ...record, expiresAt: expiresAt.getTime() });
        return true;
      });
    },
    async consume(id) {
      if (!isKey(id)) return false;
      return write(() => forget(id));
    },
    async removeOf(userId) {
      if (!isKey(userId)) return;
      await inGroups(Infinity, (size) =>
        write(() => {
          const ids = idsOf(userId, size);
          for (const id of ids) forget(id);
          return ids.length;
        }),
      );
    },
    sweep: (until, limit) =>
      inGroups(limit, (size) =>
        write(() => {
          const over = ends.upTo(until.getTime(), size);
          for (const key of over) forget(key);
          return over.length;
        }),
      ),
  };
}
