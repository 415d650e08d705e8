import type { OneTimeToken, OneTimeTokenRepository } from "../../application/ports/one-time-tokens.ts";
import { forgetSome, type Step } from "./step.ts";

/** Tokens by purpose and user. */
export function memoryOneTimeTokens(step: Step): OneTimeTokenRepository {
  const tokens = new Map<string, OneTimeToken>();
  const keyOf = (purpose: string, userId: string) => `${purpose}:${userId}`;

  return {
    put: (token) => step(() => void tokens.set(keyOf(token.purpose, token.userId), structuredClone(token))),
    find: (purpose, userId) => step(() => structuredClone(tokens.get(keyOf(purpose, userId)))),
    consume: (purpose, userId, id) =>
      step(() => {
        const key = keyOf(purpose, userId);
        return tokens.get(key)?.id === id && tokens.delete(key);
      }),
    sweep: (until, limit) => step(() => forgetSome(tokens, ({ expiresAt }) => expiresAt <= until, limit)),
  };
}
