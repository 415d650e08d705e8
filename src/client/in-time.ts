import { AuthApiError } from "./errors.ts";
import type { Wire } from "./wire.ts";

/** `setTimeout` treats larger values as 0. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Applies one deadline to everything that a call waits for: storage, locks and requests. After it the call
 * rejects with `network_error`, and its wire sends nothing more.
 */
export type InTime = <T>(work: (wire: Wire) => Promise<T>) => Promise<T>;

/** `AbortSignal.timeout` is missing before Safari 16. */
export function makeInTime(wireUntil: (signal: AbortSignal) => Wire, timeoutMs: number): InTime {
  return async (work) => {
    const controller = new AbortController();
    return withDeadline(work(wireUntil(controller.signal)), timeoutMs, () => {
      const cause = new DOMException("The time of the call is over", "TimeoutError");
      controller.abort(cause);
      return new AuthApiError("network_error", 0, "The service did not answer in time", { cause });
    });
  };
}

/** The result of the promise, or a rejection with the error from `late` after `ms` milliseconds. */
export async function withDeadline<T>(promise: Promise<T>, ms: number, late: () => Error): Promise<T> {
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
