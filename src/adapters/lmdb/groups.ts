import { setImmediate } from "node:timers/promises";

/** A group of this size is read or removed in well under 20 ms. */
const GROUP = 200;

/**
 * Works on at most `limit` things in groups, until a group is not full. Between groups the event loop does
 * other work. `work` gets the size of its group and resolves to the number of things that it found. Resolves to
 * the total number.
 */
export async function inGroups(limit: number, work: (size: number) => Promise<number>): Promise<number> {
  let all = 0;
  while (all < limit) {
    if (all > 0) await setImmediate();
    const size = Math.min(GROUP, limit - all);
    const found = await work(size);
    all += found;
    if (found < size) break;
  }
  return all;
}
