import type { AttemptCounters } from "../../application/ports/attempt-counters.ts";
import { forgetSome, type Step } from "./step.ts";

interface Count {
  count: number;
  readonly since: number;
  readonly until: number;
}

/** Counts by key, each until its window is over. */
export function memoryAttempts(step: Step): AttemptCounters {
  const counts = new Map<string, Count>();

  function chargeOne(key: string, windowMs: number, now: number) {
    const stored = counts.get(key);
    const counted = stored && stored.until > now ? stored : { count: 0, since: now, until: now + windowMs };
    counted.count += 1;
    counts.set(key, counted);
    return { count: counted.count, since: new Date(counted.since) };
  }

  return {
    charge: (charges, now) =>
      step(() => charges.map(({ key, windowMs }) => chargeOne(key, windowMs, now.getTime()))),
    refund: (attempts) =>
      step(() => {
        for (const { key, since } of attempts) {
          const stored = counts.get(key);
          if (stored?.since !== since.getTime()) continue;
          stored.count -= 1;
          if (stored.count < 1) counts.delete(key);
        }
      }),
    sweep: (now, limit) => step(() => forgetSome(counts, ({ until }) => until <= now.getTime(), limit)),
  };
}
