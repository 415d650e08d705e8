/** Threads of libuv's pool where nothing says otherwise. */
const USUAL_SIZE = 4;
/** Threads that hashing leaves to storage and tokens. */
const OTHER_THREADS = 2;

/** How many threads a pool has, given `UV_THREADPOOL_SIZE`. */
export function poolSize(given: string | undefined): number {
  return Number(given) || USUAL_SIZE;
}

/** How many threads a pool needs for so many hashes at once. */
export function poolSizeFor(hashes: number): number {
  return Math.max(USUAL_SIZE, hashes + OTHER_THREADS);
}

/** How many hashes at once leave the other work of a pool its threads. */
export function hashesIn(threads: number): number {
  return threads - OTHER_THREADS;
}
