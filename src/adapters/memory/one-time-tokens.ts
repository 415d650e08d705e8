import type { OneTimeTokenRepository } from "../../application/ports/storage/one-time-tokens.ts";
import type { OneTimeToken } from "../../domain/one-time-token.ts";
import { forgetSome, type Step } from "./step.ts";

/** Tokens by id. */
export function memoryOneTimeTokens(step: Step): OneTimeTokenRepository {
  const tokens = new Map<string, OneTimeToken>();

  return {
    put: (token) => step(() => void tokens.set(token.id, structuredClone(token))),
    find: (id) => step(() => structuredClone(tokens.get(id))),
    prolong: (id, expiresAt) =>
      step(() => {
        const token = tokens.get(id);
        if (token === undefined) return false;
        tokens.set(id, structuredClone({ ...token, expiresAt }));
        return true;
      }),
    consume: (id) => step(() => tokens.delete(id)),
    removeOf: async (userId) =>
      void (await forgetSome(step, tokens, (token) => token.userId === userId, Infinity)),
    sweep: (until, limit) => forgetSome(step, tokens, ({ expiresAt }) => expiresAt <= until, limit),
  };
}
