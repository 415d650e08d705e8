import type { AttemptCounters, Charge, Counted, Tally } from "../../application/ports/attempt-counters.ts";
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

/** At most so many insert one new key at the same moment as often as they can collide. */
const TRIES = 10;

/** What is taken back from one count. */
interface Refund extends Counted {
  readonly times: number;
}

function together(attempts: readonly Counted[]): Refund[] {
  const refunds = new Map<string, Refund>();
  for (const { key, since } of attempts) {
    const id = `${since.getTime()} ${key}`;
    refunds.set(id, { key, since, times: (refunds.get(id)?.times ?? 0) + 1 });
  }
  return [...refunds.values()];
}

/** Counts by key, each until its window is over. */
export function mongoAttempts({ collection, call }: Connection): AttemptCounters {
  const counts = collection<CountDocument>("attempts");

  /** `undefined` where another document of the key is in the way: one that is over, or one just inserted. */
  async function countOne({ key, windowMs }: Charge, now: Date): Promise<Tally | undefined> {
    try {
      // the document as it was before this very step: null where the step has inserted it
      const before = await counts.findOneAndUpdate(
        { _id: key, until: { $gt: now } },
        { $inc: { count: 1 }, $setOnInsert: { since: now, until: new Date(now.getTime() + windowMs) } },
        { upsert: true, returnDocument: "before" },
      );
      return { count: (before?.count ?? 0) + 1, since: before?.since ?? new Date(now) };
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      await counts.deleteOne({ _id: key, until: { $lte: now } });
      return undefined;
    }
  }

  async function chargeOne(charge: Charge, now: Date): Promise<Tally> {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const tally = await countOne(charge, now);
      if (tally !== undefined) return tally;
    }
    throw new Error("The attempt could not be counted");
  }

  return {
    charge: (charges, now) =>
      call(async () => {
        mustBeStorable(...charges.map(({ key }) => key));
        const moment = new Date(now);
        return Promise.all(charges.map((charge) => chargeOne(charge, moment)));
      }),
    refund: (attempts) =>
      call(async () => {
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
      }),
    sweep: (now, limit) => call(() => sweepBefore(counts, "until", now, limit)),
  };
}
