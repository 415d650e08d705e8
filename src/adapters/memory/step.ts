import { setImmediate } from "node:timers/promises";

/** Runs work immediately, as one atomic step. Rejects if the storage is closed. */
export type Step = <T>(work: () => T) => Promise<T>;

/** Adds a thing under a new id. Ids are unique, so a second use is a fault and throws. */
export function addNew<T>(things: Map<string, T>, id: string, thing: T): void {
  if (things.has(id)) throw new Error("The id is in use");
  things.set(id, structuredClone(thing));
}

/** At most `limit` things in ascending order of keys, starting after `after`. */
export function pageOf<T>(things: Map<string, T>, after: string | undefined, limit: number): [string, T][] {
  return [...things]
    .filter(([key]) => after === undefined || key > after)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, Math.max(0, limit));
}

/** A group of this size is processed in well under 20 ms. */
const GROUP = 200;

/**
 * Works on at most `limit` things in groups, one step for each, until a group is not full. Between groups the
 * event loop does other work. `work` gets the size of its group and returns the number of things that it found.
 */
export async function inGroups(step: Step, limit: number, work: (size: number) => number): Promise<void> {
  for (let left = Math.max(0, limit); ; await setImmediate()) {
    const size = Math.min(GROUP, left);
    const found = await step(() => work(size));
    left -= found;
    if (found < size || left <= 0) return;
  }
}

/** Removes at most `limit` of the things that are over. Resolves to the number of removed things. */
export async function forgetSome<T>(
  step: Step,
  things: Map<string, T>,
  isOver: (thing: T) => boolean,
  limit: number,
  forget: (id: string) => void = (id) => void things.delete(id),
): Promise<number> {
  // the iterator keeps its position even if entries are added or removed between groups
  const entries = things.entries();
  let forgotten = 0;
  await inGroups(step, Infinity, (size) => {
    let seen = 0;
    for (; seen < size && forgotten < limit; seen += 1) {
      const { value, done } = entries.next();
      if (done) break;
      if (!isOver(value[1])) continue;
      forget(value[0]);
      forgotten += 1;
    }
    return seen;
  });
  return forgotten;
}
