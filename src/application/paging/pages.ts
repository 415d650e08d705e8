const PAGE = 500;

/** All records that a repository lists, read page by page to bound the memory. */
export async function* allOf<T, K>(
  list: (after: K | undefined, limit: number) => Promise<T[]>,
  keyOf: (thing: T) => K,
): AsyncGenerator<T> {
  for (let page = await list(undefined, PAGE); page.length > 0; ) {
    yield* page;
    if (page.length < PAGE) return;
    page = await list(keyOf(page.at(-1) as T), PAGE);
  }
}
