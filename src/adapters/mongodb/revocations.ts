import type { RevocationRepository } from "../../application/ports/storage/revocations.ts";
import { batchedReads } from "./batched-reads.ts";
import type { Connection } from "./connection.ts";
import { assertStorable, isStorable, pageOf, sweepBefore, upserted, withIds } from "./documents.ts";
import type { Index } from "./indexes.ts";

interface RevocationDocument {
  readonly _id: string;
  readonly until: Date;
}

export const revocationIndexes: readonly Index[] = [
  // callers choose ends late enough for a server whose clock is ahead
  { name: "expiry", key: { until: 1 }, expireAfterSeconds: 0 },
];

/** In one command: an entry is a key and a date. */
const MAX_KEYS = 1_000;

/** The end of each entry, by key. */
export function mongoRevocations({ collection, call }: Connection): RevocationRepository {
  const revocations = collection<RevocationDocument>("revocations");
  const read = batchedReads((keys) => withIds(revocations, keys), MAX_KEYS);

  return {
    add: (key, until) =>
      call(async () => {
        assertStorable(key);
        const { upsertedCount } = await upserted(() =>
          revocations.updateOne({ _id: key }, { $max: { until } }, { upsert: true }),
        );
        return upsertedCount === 1;
      }),
    find: (keys, now) =>
      call(async () => {
        const asked = keys.filter(isStorable);
        const entries = await Promise.all(asked.map(read));
        return new Set(asked.filter((_, at) => (entries[at]?.until ?? now) > now));
      }),
    list: (after, limit) =>
      call(async () =>
        (await pageOf(revocations, after, limit)).map(({ _id, until }) => ({ key: _id, until })),
      ),
    sweep: (now, limit) => call(() => sweepBefore(revocations, "until", now, limit)),
  };
}
