import type { OneTimeTokenRepository } from "../../application/ports/storage/one-time-tokens.ts";
import type { OneTimeToken } from "../../domain/one-time-token.ts";
import type { Connection } from "./connection.ts";
import { assertStorable, type DocumentOf, isStorable, sweepBefore, upserted } from "./documents.ts";
import type { Index } from "./indexes.ts";

type TokenDocument = DocumentOf<OneTimeToken, "emailRevision" | "isMailed">;

export const oneTimeTokenIndexes: readonly Index[] = [
  { name: "by_user", key: { userId: 1 } },
  // a mail may wait for a day, and the lifetime of its link starts again when it is sent
  { name: "expiry", key: { expiresAt: 1 }, expireAfterSeconds: 25 * 3_600 },
];

/** Tokens by id. Earlier versions stored them by purpose and user. */
export function mongoOneTimeTokens({ collection, call }: Connection): OneTimeTokenRepository {
  const tokens = collection<TokenDocument>("one_time_tokens");

  return {
    put: ({ id, ...token }) =>
      call(async () => {
        assertStorable(id, token.userId);
        await upserted(() => tokens.replaceOne({ _id: id }, token, { upsert: true }));
      }),
    find: (id) =>
      call(async () => {
        const document = isStorable(id) ? await tokens.findOne({ _id: id }) : null;
        if (document === null) return undefined;
        const { _id, ...token } = document;
        // earlier versions wrote neither field
        return { emailRevision: 0, isMailed: true, ...token, id: _id };
      }),
    prolong: (id, expiresAt) =>
      call(async () => {
        if (!isStorable(id)) return false;
        return (await tokens.updateOne({ _id: id }, { $set: { expiresAt } })).matchedCount === 1;
      }),
    consume: (id) =>
      call(async () => isStorable(id) && (await tokens.deleteOne({ _id: id })).deletedCount === 1),
    removeOf: (userId) =>
      call(async () => {
        if (isStorable(userId)) await tokens.deleteMany({ userId });
      }),
    sweep: (until, limit) => call(() => sweepBefore(tokens, "expiresAt", until, limit)),
  };
}
