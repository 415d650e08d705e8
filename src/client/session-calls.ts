import type { Session, SessionsEnded } from "./answers.ts";
import { saysTokenIsOver } from "./errors.ts";
import type { Keeper } from "./keeper.ts";
import type { TokenStore, Tokens } from "./tokens.ts";
import { bearer, type Wire } from "./wire.ts";

/** Staying in, and getting out. */
export function sessionCalls(wire: Wire, tokens: TokenStore, keeper: Keeper) {
  const held = async (): Promise<Tokens> => (await tokens.get()) ?? {};
  const asUser = <T>(request: string) =>
    keeper.withAccess((token) => wire<T>(request, { authorization: bearer(token) }));

  /** Resolves once the token is over, by this call or before. */
  async function end(request: string, token: string): Promise<void> {
    try {
      await wire(request, { authorization: bearer(token) });
    } catch (error) {
      if (!saysTokenIsOver(error)) throw error;
    }
  }

  return {
    /** Whether there are tokens to call with. Only a call tells whether they live. */
    async isSignedIn(): Promise<boolean> {
      const { access_token, refresh_token } = await held();
      return access_token !== undefined || refresh_token !== undefined;
    },

    /** Replaces the access token now; calls do so by themselves once it has expired. */
    refresh: (): Promise<Tokens> => keeper.refresh(),

    /** Ends this session and forgets its tokens. Rejects, and keeps them, where the service cannot be asked. */
    async logout(): Promise<void> {
      const before = await held();
      const token = before.refresh_token ?? before.access_token;
      if (token === undefined) return;
      await end("POST /api/logout", token);
      await keeper.leave(before);
    },

    /** Ends the access token alone; the next call gets another one. */
    async logoutAccess(): Promise<void> {
      const { access_token, ...rest } = await held();
      if (access_token === undefined) return;
      await end("POST /api/logout/access", access_token);
      await tokens.set(rest);
    },

    /** Ends refreshing alone; the access token lives on to its end. */
    async logoutRefresh(): Promise<void> {
      const { refresh_token, ...rest } = await held();
      if (refresh_token === undefined) return;
      await end("POST /api/logout/refresh", refresh_token);
      await tokens.set({ ...rest, former_token: refresh_token });
    },

    /** Ends every session but this one. */
    logoutOthers: (): Promise<SessionsEnded> => asUser("POST /api/logout/others"),

    /** Ends every session, this one too, and forgets its tokens. */
    async logoutAll(): Promise<SessionsEnded> {
      const answer = await asUser<SessionsEnded>("POST /api/logout/all");
      await keeper.leave(await held());
      return answer;
    },

    /** One's own sessions, the newest 100. */
    sessions: (): Promise<{ readonly sessions: readonly Session[] }> => asUser("GET /api/sessions"),

    /** Ends one of one's own sessions. */
    endSession: (id: string): Promise<void> => asUser(`DELETE /api/sessions/${encodeURIComponent(id)}`),
  };
}
