import type { RevocationRepository } from "../../application/ports/revocations.ts";
import type { Environment } from "./environment.ts";
import { isKey, mustBeKeys } from "./key.ts";

/** By key, until when an entry counts, in milliseconds. */
export function lmdbRevocations({ database, read, write }: Environment): RevocationRepository {
  const revocations = database<number>("revocations");

  const isLater = (key: string, moment: number) => (revocations.get(key) ?? -Infinity) > moment;

  return {
    async add(key, until) {
      mustBeKeys(key);
      await write(() => {
        if (!isLater(key, until.getTime())) revocations.put(key, until.getTime());
      });
    },
    hasAny: (keys, now) => read(() => keys.some((key) => isKey(key) && isLater(key, now.getTime()))),
  };
}
