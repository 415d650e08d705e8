import { keyedHasher } from "../../../adapters/node/secret-key.ts";
import type { GatedHasher } from "../../../application/limits/hashing-gate.ts";
import {
  makeRateLimiter,
  noRateLimiter,
  type RateLimiter,
  type RateLimiterOptions,
} from "../../../application/limits/rate-limiter.ts";
import {
  makeThrottle,
  noThrottle,
  type Throttle,
  type ThrottleDeps,
} from "../../../application/limits/throttle.ts";
import type { Config } from "../../settings/config.ts";
import type { Factories } from "../container.ts";
import { keysFor } from "../secrets.ts";
import { throttleLimits } from "../throttle-limits.ts";
import type { Opened, Shared } from "./shared.ts";

export interface LimitParts extends Pick<ThrottleDeps, "keyedHash" | "limits"> {
  readonly throttle: Throttle;
  readonly refuseIfFull: GatedHasher["refuseIfFull"];
}

export function limits({
  config,
  secrets,
}: Pick<Opened, "config" | "secrets">): Factories<LimitParts, Shared> {
  return {
    keyedHash: () => keyedHasher(keysFor("throttle", secrets)[0]),
    limits: () => throttleLimits(config),
    throttle: config.LOGIN_THROTTLE === "on" ? makeThrottle : () => noThrottle,
    refuseIfFull: ({ hasher }) => hasher.refuseIfFull,
  };
}

/** A limit that each process keeps by itself; no limit if LOGIN_THROTTLE is off. */
export function rateLimiterFor({ LOGIN_THROTTLE }: Config, options: RateLimiterOptions): RateLimiter {
  return LOGIN_THROTTLE === "on" ? makeRateLimiter(options) : noRateLimiter;
}
