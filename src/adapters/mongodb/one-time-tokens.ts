import type { OneTimeToken, OneTimeTokenRepository } from "../../application/ports/one-time-tokens.ts";
import type { Connection } from "./connection.ts";
import { isStorable, mustBeStorable, sweepBefore, upserted } from "./documents.ts";
import type { Index } from "./indexes.ts";

type TokenDocument = OneTimeToken & { readonly _id: string };

export const oneTimeTokenIndexes: readonly Index[] = [
  // a mail may be on its way for a day, and its link gets its time anew as it is sent
  { name: "expiry", key: { expiresAt: 1 }, expireAfterSeconds: 25 * 3_600 },
];

/** Tokens by purpose and user. */
export function mongoOneTimeTokens({ collection, call }: Connection): OneTimeTokenRepository {
  const tokens = collection<TokenDocument>("one_time_tokens");
  const keyOf = (purpose: string, userId: string) => `${purpose}:${userId}`;

  return {
    put: (token) =>
      call(async () => {
        const _id = keyOf(token.purpose, token.userId);
        mustBeStorable(_id, token.id);
        await upserted(() => tokens.replaceOne({ _id }, token, { upsert: true }));
      }),
    find: (purpose, userId) =>
      call(async () => {
        const _id = keyOf(purpose, userId);
        const document = isStorable(_id) ? await tokens.findOne({ _id }) : null;
        if (document === null) return undefined;
        const { _id: _, ...token } = document;
        return token;
      }),
    consume: (purpose, userId, id) =>
      call(async () => {
        const _id = keyOf(purpose, userId);
        if (!isStorable(_id) || !isStorable(id)) return false;
        return (await tokens.deleteOne({ _id, id })).deletedCount === 1;
      }),
    sweep: (until, limit) => call(() => sweepBefore(tokens, "expiresAt", until, limit)),
  };
}
