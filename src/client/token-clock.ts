import { claimsOf } from "./claims.ts";

/** An API whose clock is ahead refuses a token shortly before its expiry. */
const NEAR_MS = 30_000;

/** Judges the expiry of access tokens by the service's clock, even if this machine's clock is wrong. */
export interface TokenClock {
  /** Records a token that the service has just issued. Its `iat` is the service's current time. */
  received(accessToken: string | undefined): void;
  /** Whether the token has expired. False for a token without readable times. */
  isExpired(accessToken: string): boolean;
  /**
   * Whether the token has expired or will expire within 30 s, or within a tenth of its lifetime if that is
   * less.
   */
  isNearEnd(accessToken: string): boolean;
}

export function makeTokenClock(): TokenClock {
  /** How far the service's clock is ahead of this machine's, in milliseconds; 0 until the first token. */
  let aheadMs = 0;

  /** The token's remaining lifetime, in milliseconds. */
  function leftMs({ exp }: { readonly exp: number }): number {
    return exp * 1_000 - (Date.now() + aheadMs);
  }

  return {
    received(accessToken = "") {
      const times = timesOf(accessToken);
      if (times !== undefined) aheadMs = times.iat * 1_000 - Date.now();
    },
    isExpired(accessToken) {
      const times = timesOf(accessToken);
      return times !== undefined && leftMs(times) <= 0;
    },
    isNearEnd(accessToken) {
      const times = timesOf(accessToken);
      return times !== undefined && leftMs(times) <= Math.min(NEAR_MS, (times.exp - times.iat) * 100);
    },
  };
}

/** The token's times; `undefined` if they are missing or impossible. */
function timesOf(accessToken: string): { readonly iat: number; readonly exp: number } | undefined {
  const { iat, exp } = claimsOf(accessToken);
  const areTimes = typeof iat === "number" && typeof exp === "number" && iat < exp;
  return areTimes ? { iat, exp } : undefined;
}
