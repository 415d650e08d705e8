import type { Session, SessionsEnded } from "./answers.ts";
import { saysTokenIsOver } from "./errors.ts";
import type { InTime } from "./in-time.ts";
import type { Keeper } from "./keeper.ts";
import type { Tokens } from "./tokens.ts";
import { isSignedIn, type WatchedTokens } from "./watched-tokens.ts";
import { bearer } from "./wire.ts";

/** Staying in, and getting out. */
export function sessionCalls(inTime: InTime, tokens: WatchedTokens, keeper: Keeper) {
  const asUser = <T>(request: string) =>
    inTime((wire) => keeper.withAccess((token) => wire<T>(request, { authorization: bearer(token) })));

  /** Resolves to what was held, once that token is over, by this call or before; to nothing where there is none. */
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
    /** Whether there are tokens to call with. Only a call tells whether they live. */
    isSignedIn: async (): Promise<boolean> => isSignedIn(await tokens.get()),

    /** Replaces the access token now; calls do so by themselves once it has expired. */
    refresh: (): Promise<Tokens> => inTime(() => keeper.refresh()),

    /** Ends this session and forgets its tokens. Rejects, and keeps them, where the service cannot be asked. */
    logout: (): Promise<void> =>
      keeper.ending(async () => {
        const before = await end("POST /api/logout", (held) => held.refresh_token ?? held.access_token);
        if (before !== undefined) await keeper.leave(before);
      }),

    /** Ends the access token alone; the next call gets another one. */
    async logoutAccess(): Promise<void> {
      const before = await end("POST /api/logout/access", (held) => held.access_token);
      if (before === undefined) return;
      const { access_token: _, ...rest } = before;
      await tokens.set(rest);
    },

    /** Ends refreshing alone; the access token lives on to its end. */
    async logoutRefresh(): Promise<void> {
      const before = await end("POST /api/logout/refresh", (held) => held.refresh_token);
      if (before === undefined) return;
      const { refresh_token, ...rest } = before;
      await tokens.set({ ...rest, former_token: refresh_token });
    },

    /** Ends every session but this one. */
    logoutOthers: (): Promise<SessionsEnded> => asUser("POST /api/logout/others"),

    /** Ends every session, this one too, and forgets its tokens. */
    logoutAll: (): Promise<SessionsEnded> =>
      keeper.ending(async () => {
        const answer = await asUser<SessionsEnded>("POST /api/logout/all");
        await keeper.leave(await tokens.get("own"));
        return answer;
      }),

    /** One's own sessions, the newest 100. */
    sessions: (): Promise<{ readonly sessions: readonly Session[] }> => asUser("GET /api/sessions"),

    /** Ends one of one's own sessions. */
    endSession: (id: string): Promise<void> => asUser(`DELETE /api/sessions/${encodeURIComponent(id)}`),
  };
}

/** A token that is over already is what was asked for. */
async function over(answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!saysTokenIsOver(error)) throw error;
  }
}
