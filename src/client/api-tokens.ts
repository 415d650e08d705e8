import { type AuthApiError, isRenewable, saysTokenIsOver } from "./errors.ts";
import type { Keeper } from "./keeper.ts";
import type { TokenClock } from "./token-clock.ts";
import type { Tokens } from "./tokens.ts";

/** Between two refreshes that an API's 401 is the only reason for. */
const PAUSE_MS = 60_000;

/**
 * The access token for one's own APIs. Pages of other origins see little of a 401: `WWW-Authenticate` is hidden from them
 * unless the API exposes it, and many middlewares say nothing at all. So a refresh is tried, but never one for each call.
 */
export interface ApiTokens {
  /** What to send. Where the access token is over, the next one. */
  current(): Promise<Tokens>;
  /**
   * The access token to send the request with once more, if that is worth it.
   * @throws AuthApiError why refreshing failed
   */
  next(sent: Tokens, refusal: AuthApiError): Promise<string | undefined>;
  /** Takes it that the API refused that token too, though it was new: refreshing does not help there. */
  refusedAgain(accessToken: string): void;
}

export function makeApiTokens(keeper: Keeper, clock: TokenClock): ApiTokens {
  /** The token whose refusal was the last reason for a refresh, and when that was. */
  let tried: { readonly accessToken: string; readonly at: number } | undefined;
  /** The last token that was refused though it was new. */
  let vain: string | undefined;

  /** For one refusal a minute, and for whatever else is refused with the same token meanwhile. */
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
      if (access_token === undefined || refresh_token === undefined || !clock.isOver(access_token))
        return held;
      // where it fails the API decides: it may be the clock here that is wrong
      return keeper.renewed(held).catch(() => keeper.current());
    },

    async next(sent, refusal) {
      const { access_token: accessToken } = sent;
      if (accessToken === undefined) return undefined;
      const isRevoked = saysTokenIsOver(refusal) && !isRenewable(refusal);
      if (isRevoked) return keeper.next(sent, refusal);
      const isEnding = clock.isNearEnd(accessToken);
      const isUnsaid = refusal.code === "unexpected_answer";
      if (!isEnding && !isUnsaid && !isRenewable(refusal)) return undefined;
      if (!isEnding && !mayTry(accessToken)) return keeper.other(sent);
      if (isRenewable(refusal)) return keeper.next(sent, refusal);
      try {
        await keeper.renewed(sent);
      } catch (error) {
        // the API may have meant something else
        if (isEnding || saysTokenIsOver(error)) throw error;
      }
      return keeper.other(sent);
    },

    refusedAgain(accessToken) {
      vain = accessToken;
    },
  };
}
