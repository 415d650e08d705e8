import type {
  AttemptCount,
  AttemptCounters,
  Charge,
} from "../../application/ports/storage/attempt-counters.ts";
import { firstExceeded } from "../../domain/throttle.ts";
import type { Environment } from "./environment.ts";
import { inGroups } from "./groups.ts";
import { assertKeys, isKey } from "./key.ts";
import { openTimeIndex } from "./time-index.ts";

interface CountRecord {
  readonly count: number;
  readonly since: number;
  readonly until: number;
}

/** Counts by key, each until the end of its window, with an index by end. */
export function lmdbAttempts(environment: Environment): AttemptCounters {
  const { database, write } = environment;
  const counts = database<CountRecord>("attempts");
  const ends = openTimeIndex(environment, "attemptsByEnd");

  function running(key: string, now: Date) {
    const stored = counts.get(key);
    if (stored === undefined || stored.until <= now.getTime()) return undefined;
    return { count: stored.count, since: new Date(stored.since) };
  }

  function countOne({ key, limit }: Charge, now: number): AttemptCount {
    const stored = counts.get(key);
    const isRunning = stored !== undefined && stored.until > now;
    if (stored && !isRunning) ends.remove(stored.until, key);
    const record = isRunning
      ? { ...stored, count: stored.count + 1 }
      : { count: 1, since: now, until: now + limit.windowMs };
    counts.put(key, record);
    if (!isRunning) ends.put(record.until, key);
    return { key, count: record.count, since: new Date(record.since) };
  }

  function refundOne(key: string, since: number): void {
    const stored = counts.get(key);
    if (stored?.since !== since) return;
    if (stored.count > 1) return void counts.put(key, { ...stored, count: stored.count - 1 });
    ends.remove(stored.until, key);
    counts.remove(key);
  }

  return {
    async charge(charges, now) {
      assertKeys(...charges.map(({ key }) => key));
      const moment = new Date(now);
      return write(() => {
        const refused = firstExceeded(charges, (key) => running(key, moment), moment);
        return refused
          ? { refused }
          : { counted: charges.map((charge) => countOne(charge, moment.getTime())) };
      });
    },
    async refund(attempts) {
      const ofKeys = attempts.filter(({ key }) => isKey(key));
      const counted = ofKeys.map(({ key, since }) => ({ key, since: since.getTime() }));
      return write(() => {
        for (const { key, since } of counted) refundOne(key, since);
      });
    },
    sweep: (now, limit) =>
      inGroups(limit, (size) =>
        write(() => {
          const over = ends.upTo(now.getTime(), size);
          for (const key of over) {
            const stored = counts.get(key);
            if (stored) ends.remove(stored.until, key);
            counts.remove(key);
          }
          return over.length;
        }),
      ),
  };
}
