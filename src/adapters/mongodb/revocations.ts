import type { RevocationRepository } from "../../application/ports/storage/revocations.ts";
import type { Connection } from "./connection.ts";
import { inOneBatch, isStorable, mustBeStorable, pageOf, sweepBefore, upserted } from "./documents.ts";
import type { Index } from "./indexes.ts";

interface RevocationDocument {
  readonly _id: string;
  readonly until: Date;
}

export const revocationIndexes: readonly Index[] = [
  // callers choose ends late enough for a server whose clock is ahead
  { name: "expiry", key: { until: 1 }, expireAfterSeconds: 0 },
];

/** The end of each entry, by key. */
export function mongoRevocations({ collection, call }: Connection): RevocationRepository {
  const revocations = collection<RevocationDocument>("revocations");

  return {
    add: (key, until) =>
      call(async () => {
        mustBeStorable(key);
        const { upsertedCount } = await upserted(() =>
          revocations.updateOne({ _id: key }, { $max: { until } }, { upsert: true }),
        );
        return upsertedCount === 1;
      }),
    find: (keys, now) =>
      call(async () => {
        const asked = keys.filter(isStorable);
        // MongoDB takes 0 as no limit
        if (asked.length === 0) return new Set();
        // with only the id in the result, every server uses the index
        const entries = revocations.find({ _id: { $in: asked } }, inOneBatch(asked.length));
        const counting = (await entries.toArray()).filter(({ until }) => until > now);
        return new Set(counting.map(({ _id }) => _id));
      }),
    list: (after, limit) =>
      call(async () =>
        (await pageOf(revocations, after, limit)).map(({ _id, until }) => ({ key: _id, until })),
      ),
    sweep: (now, limit) => call(() => sweepBefore(revocations, "until", now, limit)),
  };
}
