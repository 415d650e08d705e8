import { type AuthApiError, isRenewable, isTokenRejection } from "./errors.ts";
import type { Keeper } from "./keeper.ts";
import type { TokenClock } from "./token-clock.ts";
import type { Tokens } from "./tokens.ts";

/** Least time between two refreshes for which a 401 of an API is the only reason. */
const PAUSE_MS = 60_000;

/**
 * The access token for the app's own APIs. A page of another origin sees little of a 401: `WWW-Authenticate` is
 * hidden unless the API exposes it, and many middlewares give no reason at all. So a 401 may cause a refresh,
 * but not one per call.
 */
export interface ApiTokens {
  /** The tokens to send, refreshed if the access token has expired. */
  current(): Promise<Tokens>;
  /**
   * The access token to repeat the request with, if repeating may help.
   * @throws AuthApiError of the failed refresh
   */
  next(sent: Tokens, refusal: AuthApiError): Promise<string | undefined>;
  /** Records that the API also refused this new token, so that refreshing does not help. */
  refusedAgain(accessToken: string): void;
}

export function makeApiTokens(keeper: Keeper, clock: TokenClock): ApiTokens {
  /** The token whose refusal caused the last refresh, and the time of it. */
  let tried: { readonly accessToken: string; readonly at: number } | undefined;
  /** The last new token that was refused. */
  let vain: string | undefined;

  /** Allows a refresh for one refused token per minute, and for all requests refused with the same token. */
  function mayTry(accessToken: string): boolean {
    if (accessToken === vain) return false;
    if (accessToken === tried?.accessToken) return true;
    const now = performance.now();
    if (tried !== undefined && now - tried.at < PAUSE_MS) return false;
    tried = { accessToken, at: now };
    return true;
  }

  return {
    async current() {
      const held = await keeper.current();
      const { access_token, refresh_token } = held;
      if (access_token === undefined || refresh_token === undefined || !clock.isExpired(access_token))
        return held;
      // if refreshing fails, the API decides, because the clock here may be wrong
      return keeper.renewed(held).catch(() => keeper.current());
    },

    async next(sent, refusal) {
      const { access_token: accessToken } = sent;
      if (accessToken === undefined) return undefined;
      const isRevoked = isTokenRejection(refusal) && !isRenewable(refusal);
      if (isRevoked) return keeper.next(sent, refusal);
      const isEnding = clock.isNearEnd(accessToken);
      const isUnsaid = refusal.code === "unexpected_answer";
      if (!isEnding && !isUnsaid && !isRenewable(refusal)) return undefined;
      if (!isEnding && !mayTry(accessToken)) return keeper.other(sent);
      if (isRenewable(refusal)) return keeper.next(sent, refusal);
      try {
        await keeper.renewed(sent);
      } catch (error) {
        // the 401 may have another reason than the token
        if (isEnding || isTokenRejection(error)) throw error;
      }
      return keeper.other(sent);
    },

    refusedAgain(accessToken) {
      vain = accessToken;
    },
  };
}
