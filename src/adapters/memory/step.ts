import { setImmediate } from "node:timers/promises";

/** Runs work at once, in one step, and rejects when the storage is closed. */
export type Step = <T>(work: () => T) => Promise<T>;

/** Identifiers are never used twice, so a second use is a fault and not to be papered over. */
export function addNew<T>(things: Map<string, T>, id: string, thing: T): void {
  if (things.has(id)) throw new Error("The id is in use");
  things.set(id, structuredClone(thing));
}

/** Up to so many things, by their key upwards, from the first one after `after`. */
export function pageOf<T>(things: Map<string, T>, after: string | undefined, limit: number): [string, T][] {
  return [...things]
    .filter(([key]) => after === undefined || key > after)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, Math.max(0, limit));
}

/** As many things are looked at in well under 20 ms. */
const GROUP = 200;

/**
 * Works on at most `limit` things in groups, one step for each, until a group is not full; between two groups the event
 * loop does other work. `work` is given the size of its group and returns how many things it found.
 */
export async function inGroups(step: Step, limit: number, work: (size: number) => number): Promise<void> {
  for (let left = Math.max(0, limit); ; await setImmediate()) {
    const size = Math.min(GROUP, left);
    const found = await step(() => work(size));
    left -= found;
    if (found < size || left <= 0) return;
  }
}

/** Forgets at most `limit` of the things that are over. Resolves to how many it forgot. */
export async function forgetSome<T>(
  step: Step,
  things: Map<string, T>,
  isOver: (thing: T) => boolean,
  limit: number,
  forget: (id: string) => void = (id) => void things.delete(id),
): Promise<number> {
  // goes on where it was, whatever is added or forgotten between two groups
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
