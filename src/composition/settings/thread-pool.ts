/** Default size of libuv's thread pool. */
const USUAL_SIZE = 4;
/** Threads that hashing leaves free for storage and tokens. */
const OTHER_THREADS = 2;

/** The number of threads in the pool for a value of `UV_THREADPOOL_SIZE`. */
export function poolSize(given: string | undefined): number {
  return Number(given) || USUAL_SIZE;
}

/** The number of threads that a pool needs for `hashes` concurrent hashes: each package takes one for each. */
export function poolSizeFor(hashes: number): number {
  return Math.max(USUAL_SIZE, hashes + OTHER_THREADS);
}

/** The number of concurrent hashes that leave threads free for other work. */
export function hashesIn(threads: number): number {
  return threads - OTHER_THREADS;
}
