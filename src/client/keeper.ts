import type { SignedIn } from "./answers.ts";
import { isSameAccount } from "./claims.ts";
import { AuthApiError, isRenewable, isTokenRejection } from "./errors.ts";
import type { InTime } from "./in-time.ts";
import type { TokenClock } from "./token-clock.ts";
import type { Tokens } from "./tokens.ts";
import type { Exclusively } from "./turns.ts";
import { type Cause, isSignedIn, type WatchedTokens } from "./watched-tokens.ts";
import { bearer } from "./wire.ts";

export interface KeeperDeps {
  readonly inTime: InTime;
  readonly tokens: WatchedTokens;
  readonly exclusively: Exclusively;
  readonly clock: TokenClock;
}

/** Keeps a user signed in until the session ends. */
export interface Keeper {
  /** The tokens to call with. Refreshes if there is only a refresh token. */
  current(): Promise<Tokens>;
  /**
   * Runs `attempt` with the access token, and once more with the next one if the first is no longer valid.
   * @throws AuthApiError of the last attempt or of the failed refresh
   */
  withAccess<T>(attempt: (accessToken: string | undefined) => Promise<T>): Promise<T>;
  /** The access token to repeat the call with after a refusal, if there is one. */
  next(sent: Tokens, refusal: AuthApiError): Promise<string | undefined>;
  /** The current access token, if it is another one of the same account. */
  other(sent: Tokens): Promise<string | undefined>;
  /** The tokens that replace `sent`. Refreshes unless they were already replaced. @throws AuthApiError */
  renewed(sent: Tokens): Promise<Tokens>;
  /** Replaces the current access token. */
  refresh(): Promise<Tokens>;
  /** Stores the tokens of a user who has just signed in. */
  enter(answer: SignedIn): Promise<void>;
  /** Stores an access token of the same session, unless the user signed out or was replaced meanwhile. */
  replaceAccess(accessToken: string): Promise<void>;
  /** Removes tokens that were ended on purpose. */
  leave(held: Tokens): Promise<void>;
  /**
   * Runs a call that ends the session. Other calls that are refused for that reason meanwhile are not reported
   * as a sign-out by the service.
   */
  ending<T>(work: () => Promise<T>): Promise<T>;
}

export function makeKeeper({ inTime, tokens, exclusively, clock }: KeeperDeps): Keeper {
  let renewal: Promise<Tokens> | undefined;
  /** The number of running calls that end the session. */
  let endings = 0;

  /** Refreshes once for all concurrent callers, here and in other tabs. */
  function renew(stale: string | undefined): Promise<Tokens> {
    renewal ??= exclusively(() => renewOnce(stale)).finally(() => {
      renewal = undefined;
    });
    return renewal;
  }

  async function renewOnce(stale: string | undefined): Promise<Tokens> {
    const before = await tokens.get();
    // while this call waited, another tab refreshed, or the user signed out or in
    if (before.access_token !== stale || before.refresh_token === undefined) return before;
    const answer = await refreshed(before);
    clock.received(answer.access_token);
    const now = await tokens.get();
    if (now.refresh_token !== before.refresh_token) return now;
    const next = {
      access_token: answer.access_token,
      refresh_token: answer.refresh_token ?? before.refresh_token,
    };
    await tokens.set(next);
    return next;
  }

  async function refreshed(before: Tokens): Promise<Partial<SignedIn>> {
    try {
      return await inTime((wire) => {
        const ask = () =>
          wire<Partial<SignedIn>>("POST /api/token/refresh", { authorization: bearer(before.refresh_token) });
        // a lost answer may have had the next refresh token; during the grace period it can be fetched again
        return ask().catch((error) => (error.code === "network_error" ? ask() : Promise.reject(error)));
      });
    } catch (error) {
      if (isTokenRejection(error)) await signedOut(before, error);
      throw error;
    }
  }

  /** Removes the tokens, unless a user signed in again meanwhile. */
  async function signedOut(sent: Tokens, error: AuthApiError): Promise<void> {
    const cause = endings > 0 ? "own" : error;
    const held = keyOf(await tokens.get(cause));
    if (held !== undefined && held === keyOf(sent)) await leave(sent, cause);
  }

  async function leave(ended: Tokens, cause: Cause = "own"): Promise<void> {
    if (ended.refresh_token === undefined) await tokens.clear(cause);
    else await tokens.set({ former_token: ended.refresh_token }, cause);
  }

  async function current(): Promise<Tokens> {
    const now = await tokens.get();
    const isRefreshOnly = now.access_token === undefined && now.refresh_token !== undefined;
    return isRefreshOnly ? renew(undefined) : now;
  }

  async function next(sent: Tokens, refusal: AuthApiError): Promise<string | undefined> {
    if (sent.access_token === undefined || !isTokenRejection(refusal)) return undefined;
    if (!isRenewable(refusal)) {
      await signedOut(sent, refusal);
      return undefined;
    }
    const renewed = await renew(sent.access_token);
    const isNew = renewed.access_token !== undefined && renewed.access_token !== sent.access_token;
    if (!isNew) await signedOut(sent, refusal);
    return otherOf(sent, renewed);
  }

  return {
    current,
    next,
    leave,
    async ending(work) {
      endings += 1;
      try {
        return await work();
      } finally {
        endings -= 1;
      }
    },
    other: async (sent) => otherOf(sent, await tokens.get()),
    renewed: (sent) => renew(sent.access_token),
    async enter({ access_token, refresh_token }) {
      clock.received(access_token);
      await tokens.set({ access_token, refresh_token });
    },
    // in turn with refreshes, so that no refresh token of another tab is overwritten
    replaceAccess: (access_token) =>
      exclusively(async () => {
        clock.received(access_token);
        const held = await tokens.get();
        if (isSignedIn(held) && isSameAccount(held, { access_token }))
          await tokens.set({ ...held, access_token });
      }),
    async withAccess(attempt) {
      const sent = await current();
      try {
        return await attempt(sent.access_token);
      } catch (error) {
        const accessToken = error instanceof AuthApiError ? await next(sent, error) : undefined;
        if (accessToken === undefined) throw error;
        return attempt(accessToken);
      }
    },
    async refresh() {
      const before = await tokens.get();
      if (before.refresh_token !== undefined) return renew(before.access_token);
      throw new AuthApiError("missing_token", 0, "There is no refresh token here");
    },
  };
}

/** The other access token, if it belongs to the same account: one user's call is never made as another. */
function otherOf(sent: Tokens, held: Tokens): string | undefined {
  const isOther = held.access_token !== sent.access_token && isSameAccount(sent, held);
  return isOther ? held.access_token : undefined;
}

function keyOf({ refresh_token, access_token }: Tokens): string | undefined {
  return refresh_token ?? access_token;
}
