/** The default concurrency: at most the connections of a pool to a database. */
const AT_ONCE = 100;

/** The things in groups of `size`; the last group has the rest. */
export async function* batchesOf<T>(things: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const thing of things) {
    batch.push(thing);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Processes all things, a limited number of them at once. Resolves to the outcomes, in the order of the things. */
export async function workOn<T, R>(things: readonly T[], work: (thing: T) => Promise<R>): Promise<R[]> {
  const outcomes: R[] = [];
  for (let at = 0; at < things.length; at += AT_ONCE) {
    outcomes.push(...(await Promise.all(things.slice(at, at + AT_ONCE).map(work))));
  }
  return outcomes;
}
