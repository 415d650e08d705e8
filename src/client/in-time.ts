import { AuthApiError } from "./errors.ts";
import type { Wire } from "./wire.ts";

/** More would be no time at all to `setTimeout`. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Gives one call its time, for all that it waits for: storage, locks, and every request that it makes. Once that is over, the call
 * rejects with `network_error`, and the wire that it was given sends nothing more.
 */
export type InTime = <T>(work: (wire: Wire) => Promise<T>) => Promise<T>;

/** `AbortSignal.timeout` is missing before Safari 16. */
export function makeInTime(wireUntil: (signal: AbortSignal) => Wire, timeoutMs: number): InTime {
  return async (work) => {
    const controller = new AbortController();
    return orLate(work(wireUntil(controller.signal)), timeoutMs, () => {
      const cause = new DOMException("The time of the call is over", "TimeoutError");
      controller.abort(cause);
      return new AuthApiError("network_error", 0, "The service did not answer in time", { cause });
    });
  };
}

/** What the promise comes to, or rejects with what `late` returns after so long. */
export async function orLate<T>(promise: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const lateness = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), Math.min(ms, LONGEST_MS));
  });
  try {
    return await Promise.race([promise, lateness]);
  } finally {
    clearTimeout(timer);
  }
}
