import { AuthError } from "../../domain/errors.ts";
import { type Limit, waitFor } from "../../domain/throttle.ts";
import type { SecurityEvents } from "../ports/security-events.ts";

/**
 * Limits how often something is done that succeeds, such as refreshing a session. Counted in the memory of this process,
 * since a count in storage would cost a write each time: `n` processes allow up to `n` times as many.
 */
export interface Pace {
  /** Counts one more of this subject. @throws AuthError `too_many_attempts` */
  admit(subject: string, now: Date): void;
}

export interface PaceOptions {
  /** What is counted, as it is named in the event. */
  readonly scope: string;
  readonly limit: Limit;
  readonly events: SecurityEvents;
  /** How many subjects are counted at once; of more the longest counted begins anew. */
  readonly capacity?: number;
}

/** Some megabytes. */
const CAPACITY = 50_000;

export function makePace({ scope, limit, events, capacity = CAPACITY }: PaceOptions): Pace {
  // in the order of their beginnings
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

/** Lets everything pass: for tests and load measurements. */
export const noPace: Pace = { admit() {} };
