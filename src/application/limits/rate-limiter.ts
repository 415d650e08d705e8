import { AuthError } from "../../domain/errors.ts";
import { type Limit, waitFor } from "../../domain/throttle.ts";
import type { SecurityEvents } from "../ports/security-events.ts";

/**
 * Limits the rate of successful actions, such as refreshing a session. It counts in the memory of this process,
 * because a count in storage would cost a write each time; so `n` processes together allow up to `n` times the
 * limit.
 */
export interface RateLimiter {
  /** Counts one more action of this subject. @throws AuthError `too_many_attempts` */
  admit(subject: string, now: Date): void;
}

export interface RateLimiterOptions {
  /** The name of the limit in events. */
  readonly scope: string;
  readonly limit: Limit;
  readonly events: SecurityEvents;
  /** The most subjects that are counted at the same time. Beyond it, the oldest count is dropped. */
  readonly capacity?: number;
}

/** Takes a few megabytes. */
const CAPACITY = 50_000;

export function makeRateLimiter({
  scope,
  limit,
  events,
  capacity = CAPACITY,
}: RateLimiterOptions): RateLimiter {
  // ordered by the start of their windows
  const tallies = new Map<string, { count: number; since: Date }>();

  return {
    admit(subject, now) {
      const known = tallies.get(subject);
      const isRunning = known !== undefined && now.getTime() - known.since.getTime() < limit.windowMs;
      const tally = isRunning ? known : { count: 0, since: now };
      tally.count += 1;
      if (!isRunning) {
        tallies.delete(subject);
        if (tallies.size >= capacity) tallies.delete(tallies.keys().next().value as string);
        tallies.set(subject, tally);
      }
      const wait = waitFor(tally, limit, now);
      if (wait === undefined) return;
      events.report({ type: "attempt_throttled", scopes: [scope] });
      throw new AuthError("too_many_attempts", { retryAfter: Math.ceil(wait / 1_000) });
    },
  };
}

/** Admits everything, for tests and load measurements. */
export const noRateLimiter: RateLimiter = { admit() {} };
