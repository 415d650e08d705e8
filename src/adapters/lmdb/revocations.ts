import type { RevocationRepository } from "../../application/ports/storage/revocations.ts";
import type { Environment } from "./environment.ts";
import { inGroups } from "./groups.ts";
import { assertKeys, isKey, pageOf } from "./key.ts";
import { openTimeIndex } from "./time-index.ts";

/** The end of each entry by key, in milliseconds, with an index by end. */
export function lmdbRevocations(environment: Environment): RevocationRepository {
  const { database, read, write } = environment;
  const revocations = database<number>("revocations");
  const ends = openTimeIndex(environment, "revocationsByEnd");

  const endOf = (key: string) => revocations.get(key) ?? -Infinity;

  return {
    async add(key, until) {
      assertKeys(key);
      const end = until.getTime();
      return write(() => {
        const before = revocations.get(key);
        if (before !== undefined && before >= end) return false;
        // otherwise a sweep would remove the entry at its old end, too early
        if (before !== undefined) ends.remove(before, key);
        revocations.put(key, end);
        ends.put(end, key);
        return before === undefined;
      });
    },
    find: (keys, now) => read(() => new Set(keys.filter((key) => isKey(key) && endOf(key) > now.getTime()))),
    list: (after, limit) =>
      read(() =>
        pageOf(revocations, after, limit).map(({ key, value }) => ({ key, until: new Date(value) })),
      ),
    sweep: (now, limit) =>
      inGroups(limit, (size) =>
        write(() => {
          const over = ends.upTo(now.getTime(), size);
          for (const key of over) {
            ends.remove(endOf(key), key);
            revocations.remove(key);
          }
          return over.length;
        }),
      ),
  };
}
