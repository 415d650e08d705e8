import { claimsOf } from "./claims.ts";

/** Before the end of a token, an API whose clock is ahead refuses it already. */
const NEAR_MS = 30_000;

/** Tells the age of access tokens by the service's clock, however wrong the clock of this machine is. */
export interface TokenClock {
  /** Takes a token that the service has just made; its `iat` says what the time is there. */
  received(accessToken: string | undefined): void;
  /** Whether it has expired. False for a token that does not show its times. */
  isOver(accessToken: string): boolean;
  /** Whether it has expired or will within 30 s, or a tenth of its lifetime where that is less. */
  isNearEnd(accessToken: string): boolean;
}

export function makeTokenClock(): TokenClock {
  /** Milliseconds that the service's clock is ahead of this machine's; until the first token comes, none. */
  let aheadMs = 0;

  /** Milliseconds that it has left. */
  function leftMs({ exp }: { readonly exp: number }): number {
    return exp * 1_000 - (Date.now() + aheadMs);
  }

  return {
    received(accessToken = "") {
      const times = timesOf(accessToken);
      if (times !== undefined) aheadMs = times.iat * 1_000 - Date.now();
    },
    isOver(accessToken) {
      const times = timesOf(accessToken);
      return times !== undefined && leftMs(times) <= 0;
    },
    isNearEnd(accessToken) {
      const times = timesOf(accessToken);
      return times !== undefined && leftMs(times) <= Math.min(NEAR_MS, (times.exp - times.iat) * 100);
    },
  };
}

/** `undefined` where a token does not show when it was made and ends, or shows what cannot be. */
function timesOf(accessToken: string): { readonly iat: number; readonly exp: number } | undefined {
  const { iat, exp } = claimsOf(accessToken);
  const areTimes = typeof iat === "number" && typeof exp === "number" && iat < exp;
  return areTimes ? { iat, exp } : undefined;
}
