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
import { isDuplicateKey, isStorable, mustBeStorable, sweepBefore } from "./documents.ts";
import type { Index } from "./indexes.ts";

interface CountDocument {
  readonly _id: string;
  readonly count: number;
  readonly since: Date;
  readonly until: Date;
}

export const attemptIndexes: readonly Index[] = [
  // a count that is forgotten a little early lets somebody try a little early, and no more
  { name: "expiry", key: { until: 1 }, expireAfterSeconds: 0 },
];

/** How often a count may begin, end or fall below its limit between the update that failed and the read that explains it. */
const MAX_ATTEMPTS = 10;

/** What is taken back from one count. */
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

/** Matches a count to which the limit allows one more now. */
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
 * Counts by key, each until its window is over. Keys are counted in turn, each by one conditional update: single nodes
 * have no transactions.
 */
export function mongoAttempts({ collection, call }: Connection): AttemptCounters {
  const counts = collection<CountDocument>("attempts");

  /** `undefined` where a document of the key is in the way: its limit is reached, or it is over, or just inserted. */
  async function countOne({ key, limit }: Charge, now: Date): Promise<AttemptCount | undefined> {
    try {
      // the document as it was before this very step: null where the step has inserted it
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

  /** The tally, or how long to wait where the limit refuses. */
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
    // first what comes to nothing: the other way round, a count could be taken from twice
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
      // what could not be decided was no attempt
      await takeBack(counted).catch(() => {});
      throw error;
    }
  }

  return {
    charge: (charges, now) =>
      call(async () => {
        mustBeStorable(...charges.map(({ key }) => key));
        return chargeAll([...charges], new Date(now));
      }),
    refund: (attempts) => call(() => takeBack(attempts)),
    sweep: (now, limit) => call(() => sweepBefore(counts, "until", now, limit)),
  };
}
