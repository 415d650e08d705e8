/** No more than the connections that a pool to a database has, if nothing else is said. */
const AT_ONCE = 100;

/** The things in groups of so many, the last one of as many as are left. */
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

/** Works on all of the things, on a bounded number at once, and resolves to the outcomes in their order. */
export async function workOn<T, R>(things: readonly T[], work: (thing: T) => Promise<R>): Promise<R[]> {
  const outcomes: R[] = [];
  for (let at = 0; at < things.length; at += AT_ONCE) {
    outcomes.push(...(await Promise.all(things.slice(at, at + AT_ONCE).map(work))));
  }
  return outcomes;
}
