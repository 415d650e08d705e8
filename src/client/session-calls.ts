import type { Session, SessionsEnded } from "./answers.ts";
import { isTokenRejection } from "./errors.ts";
import type { InTime } from "./in-time.ts";
import type { Keeper } from "./keeper.ts";
import type { Tokens } from "./tokens.ts";
import { isSignedIn, type WatchedTokens } from "./watched-tokens.ts";
import { bearer } from "./wire.ts";

/** Calls that refresh, list and end sessions. */
export function sessionCalls(inTime: InTime, tokens: WatchedTokens, keeper: Keeper) {
  const asUser = <T>(request: string) =>
    inTime((wire) => keeper.withAccess((token) => wire<T>(request, { authorization: bearer(token) })));

  /**
   * Ends a token. Resolves to the tokens held before, once that token is revoked or was already invalid; to
   * `undefined` if there is none.
   */
  async function end(
    request: string,
    which: (held: Tokens) => string | undefined,
  ): Promise<Tokens | undefined> {
    return inTime(async (wire) => {
      const held = await tokens.get();
      const token = which(held);
      if (token === undefined) return undefined;
      await over(wire(request, { authorization: bearer(token) }));
      return held;
    });
  }

  return {
    /** Whether there are tokens to call with. Only a call shows whether they are valid. */
    isSignedIn: async (): Promise<boolean> => isSignedIn(await tokens.get()),

    /** Replaces the access token now. Calls do this automatically once it has expired. */
    refresh: (): Promise<Tokens> => inTime(() => keeper.refresh()),

    /**
     * Ends this session and removes its tokens. If the service cannot be reached, it rejects and keeps them.
     */
    logout: (): Promise<void> =>
      keeper.ending(async () => {
        const before = await end("POST /api/logout", (held) => held.refresh_token ?? held.access_token);
        if (before !== undefined) await keeper.leave(before);
      }),

    /** Revokes only the access token. The next call gets another one. */
    async logoutAccess(): Promise<void> {
      const before = await end("POST /api/logout/access", (held) => held.access_token);
      if (before === undefined) return;
      const { access_token: _, ...rest } = before;
      await tokens.set(rest);
    },

    /** Revokes only the refresh token. The access token stays valid until it expires. */
    async logoutRefresh(): Promise<void> {
      const before = await end("POST /api/logout/refresh", (held) => held.refresh_token);
      if (before === undefined) return;
      const { refresh_token, ...rest } = before;
      await tokens.set({ ...rest, former_token: refresh_token });
    },

    /** Ends all other sessions. */
    logoutOthers: (): Promise<SessionsEnded> => asUser("POST /api/logout/others"),

    /** Ends all sessions, including this one, and removes its tokens. */
    logoutAll: (): Promise<SessionsEnded> =>
      keeper.ending(async () => {
        const answer = await asUser<SessionsEnded>("POST /api/logout/all");
        await keeper.leave(await tokens.get("own"));
        return answer;
      }),

    /** The user's newest 100 sessions. */
    sessions: (): Promise<{ readonly sessions: readonly Session[] }> => asUser("GET /api/sessions"),

    /** Ends one of the user's sessions. */
    endSession: (id: string): Promise<void> => asUser(`DELETE /api/sessions/${encodeURIComponent(id)}`),
  };
}

/** Resolves if the token was already invalid, because that is the desired result. */
async function over(answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!isTokenRejection(error)) throw error;
  }
}
