import type { RevocationRepository } from "../../application/ports/storage/revocations.ts";
import { forgetSome, pageOf, type Step } from "./step.ts";

/** The end of each entry by key, in milliseconds. */
export function memoryRevocations(step: Step): RevocationRepository {
  const ends = new Map<string, number>();
  return {
    add: (key, until) =>
      step(() => {
        const end = ends.get(key);
        ends.set(key, Math.max(until.getTime(), end ?? -Infinity));
        return end === undefined;
      }),
    find: (keys, now) =>
      step(() => new Set(keys.filter((key) => now.getTime() < (ends.get(key) ?? -Infinity)))),
    list: (after, limit) =>
      step(() => pageOf(ends, after, limit).map(([key, end]) => ({ key, until: new Date(end) }))),
    sweep: (now, limit) => forgetSome(step, ends, (end) => end <= now.getTime(), limit),
  };
}
