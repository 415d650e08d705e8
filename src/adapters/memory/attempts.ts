import type {
  AttemptCount,
  AttemptCounters,
  Charge,
} from "../../application/ports/storage/attempt-counters.ts";
import { firstExceeded } from "../../domain/throttle.ts";
import { forgetSome, type Step } from "./step.ts";

interface Count {
  count: number;
  readonly since: Date;
  readonly until: number;
}

/** Counts by key, each until the end of its window. */
export function memoryAttempts(step: Step): AttemptCounters {
  const counts = new Map<string, Count>();

  function running(key: string, now: Date): Count | undefined {
    const stored = counts.get(key);
    return stored && stored.until > now.getTime() ? stored : undefined;
  }

  function countOne({ key, limit }: Charge, now: Date): AttemptCount {
    const { count, since, until } = running(key, now) ?? {
      count: 0,
      since: new Date(now),
      until: now.getTime() + limit.windowMs,
    };
    counts.set(key, { count: count + 1, since, until });
    return { key, count: count + 1, since: new Date(since) };
  }

  return {
    charge: (charges, now) =>
      step(() => {
        const refused = firstExceeded(charges, (key) => running(key, now), now);
        return refused ? { refused } : { counted: charges.map((charge) => countOne(charge, now)) };
      }),
    refund: (attempts) =>
      step(() => {
        for (const { key, since } of attempts) {
          const stored = counts.get(key);
          if (stored?.since.getTime() !== since.getTime()) continue;
          stored.count -= 1;
          if (stored.count < 1) counts.delete(key);
        }
      }),
    sweep: (now, limit) => forgetSome(step, counts, ({ until }) => until <= now.getTime(), limit),
  };
}
