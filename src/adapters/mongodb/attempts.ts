import type { Filter } from "mongodb";
import type {
  AttemptCount,
  AttemptCounters,
  Charge,
  Charged,
  CountedAttempt,
} from "../../application/ports/storage/attempt-counters.ts";
import { type Limit, stepsOf, waitFor } from "../../domain/throttle.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { Connection } from "./connection.ts";
import { assertStorable, isDuplicateKey, isStorable, sweepBefore } from "./documents.ts";
import type { Index } from "./indexes.ts";

interface CountDocument {
  readonly _id: string;
  readonly count: number;
  readonly since: Date;
  readonly until: Date;
}

export const attemptIndexes: readonly Index[] = [
  // a count removed slightly early only allows an attempt slightly early
  { name: "expiry", key: { until: 1 }, expireAfterSeconds: 0 },
];

/**
 * How often an update is retried because the count began, ended or fell below its limit before the read that
 * explains the failure.
 */
const MAX_ATTEMPTS = 10;

/** A refund of one count. */
interface Refund extends CountedAttempt {
  readonly times: number;
}

function together(attempts: readonly CountedAttempt[]): Refund[] {
  const refunds = new Map<string, Refund>();
  for (const { key, since } of attempts) {
    const id = `${since.getTime()} ${key}`;
    refunds.set(id, { key, since, times: (refunds.get(id)?.times ?? 0) + 1 });
  }
  return [...refunds.values()];
}

/** Matches a count that is below the limit now. */
function below(limit: Limit, now: Date): Filter<CountDocument> {
  const [first, ...later] = stepsOf(limit);
  return {
    until: { $gt: now },
    $or: [
      { count: { $lt: first.attempts } },
      ...later.map(({ afterMs, attempts }) => ({
        count: { $lt: attempts },
        since: { $lte: new Date(now.getTime() - afterMs) },
      })),
    ],
  };
}

/**
 * Counts by key, each until the end of its window. Keys are counted one after the other, each by one
 * conditional update, because single nodes have no transactions.
 */
export function mongoAttempts({ collection, call }: Connection): AttemptCounters {
  const counts = collection<CountDocument>("attempts");

  /**
   * Counts one key. `undefined` if an existing document prevents it: its limit is reached, its window is over,
   * or it was just inserted.
   */
  async function countOne({ key, limit }: Charge, now: Date): Promise<AttemptCount | undefined> {
    try {
      // the document before this step; null if the step inserted it
      const before = await counts.findOneAndUpdate(
        { _id: key, ...below(limit, now) },
        { $inc: { count: 1 }, $setOnInsert: { since: now, until: new Date(now.getTime() + limit.windowMs) } },
        { upsert: true, returnDocument: "before" },
      );
      return { key, count: (before?.count ?? 0) + 1, since: before?.since ?? new Date(now) };
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return undefined;
    }
  }

  /** The count, or how long to wait if the limit refuses. */
  function chargeOne(charge: Charge, now: Date): Promise<AttemptCount | number> {
    const { key, limit } = charge;
    return untilApplied(async () => {
      const tally = await countOne(charge, now);
      if (tally !== undefined) return tally;
      const stored = await counts.findOne({ _id: key });
      if (stored === null) return false;
      if (stored.until <= now) {
        await counts.deleteOne({ _id: key, until: { $lte: now } });
        return false;
      }
      return waitFor({ count: stored.count + 1, since: stored.since }, limit, now) ?? false;
    }, MAX_ATTEMPTS);
  }

  async function takeBack(attempts: readonly CountedAttempt[]): Promise<void> {
    const refunds = together(attempts.filter(({ key }) => isStorable(key)));
    if (refunds.length === 0) return;
    const ofCount = ({ key, since }: Refund) => ({ _id: key, since: new Date(since) });
    // first the counts that drop to zero: in the other order, a count could be reduced twice
    await counts.bulkWrite([
      ...refunds.map((refund) => ({
        deleteOne: { filter: { ...ofCount(refund), count: { $lte: refund.times } } },
      })),
      ...refunds.map((refund) => ({
        updateOne: {
          filter: { ...ofCount(refund), count: { $gt: refund.times } },
          update: { $inc: { count: -refund.times } },
        },
      })),
    ]);
  }

  async function chargeAll(charges: readonly Charge[], now: Date): Promise<Charged> {
    const counted: AttemptCount[] = [];
    try {
      for (const [at, charge] of charges.entries()) {
        const outcome = await chargeOne(charge, now);
        if (typeof outcome === "number") {
          await takeBack(counted);
          return { refused: { at, waitMs: outcome } };
        }
        counted.push(outcome);
      }
      return { counted };
    } catch (error) {
      // an undecided charge is no attempt
      await takeBack(counted).catch(() => {});
      throw error;
    }
  }

  return {
    charge: (charges, now) =>
      call(async () => {
        assertStorable(...charges.map(({ key }) => key));
        return chargeAll([...charges], new Date(now));
      }),
    refund: (attempts) => call(() => takeBack(attempts)),
    sweep: (now, limit) => call(() => sweepBefore(counts, "until", now, limit)),
  };
}
