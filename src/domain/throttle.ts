import { parseIp } from "./ip-address.ts";

/** Rules of rate limits. */

/** A count of attempts, and when it began. */
interface Attempts {
  /** Including the attempt in question. */
  readonly count: number;
  readonly since: Date;
}

/** A limit: at most `attempts` in a window that begins with the first of them. */
export interface Limit {
  readonly attempts: number;
  readonly windowMs: number;
  /** Beyond these, one more attempt after a wait, with waits that double up to the longest. */
  readonly waits?: { readonly firstMs: number; readonly longestMs: number };
}

/** The number of attempts that are allowed from `afterMs` milliseconds after the first one on. */
export interface Step {
  readonly afterMs: number;
  readonly attempts: number;
}

/** The steps of a limit in the course of its window, in ascending order. The first one begins at once. */
export function stepsOf({ attempts, windowMs, waits }: Limit): [Step, ...Step[]] {
  const steps: [Step, ...Step[]] = [{ afterMs: 0, attempts }];
  if (waits === undefined) return steps;
  let wait = waits.firstMs;
  for (let afterMs = wait; afterMs < windowMs; afterMs += wait) {
    steps.push({ afterMs, attempts: attempts + steps.length });
    wait = Math.min(2 * wait, waits.longestMs);
  }
  return steps;
}

/** The milliseconds to wait until this attempt would be allowed; `undefined` if it is allowed now. */
export function waitFor({ count, since }: Attempts, limit: Limit, now: Date): number | undefined {
  // clocks differ: a count may have begun a little later than it is here
  const elapsed = Math.max(0, now.getTime() - since.getTime());
  const steps = stepsOf(limit);
  const allowed = steps.findLast(({ afterMs }) => afterMs <= elapsed)?.attempts ?? 0;
  if (count <= allowed) return undefined;
  const opensAt = steps.find(({ afterMs }) => afterMs > elapsed)?.afterMs ?? limit.windowMs;
  return Math.max(1, opensAt - elapsed);
}

/** An attempt to be counted under a key. */
interface Charge {
  readonly key: string;
  readonly limit: Limit;
}

/**
 * The first of these charges that exceeds its limit, with the milliseconds to wait; `undefined` if all are allowed.
 * `storedOf` returns the count of a key whose window is not over. A key that occurs twice counts twice.
 */
export function firstExceeded(
  charges: readonly Charge[],
  storedOf: (key: string) => Attempts | undefined,
  now: Date,
): { readonly at: number; readonly waitMs: number } | undefined {
  const asked = new Map<string, number>();
  for (const [at, { key, limit }] of charges.entries()) {
    const { count, since } = storedOf(key) ?? { count: 0, since: now };
    const own = (asked.get(key) ?? 0) + 1;
    asked.set(key, own);
    const waitMs = waitFor({ count: count + own, since }, limit, now);
    if (waitMs !== undefined) return { at, waitMs };
  }
  return undefined;
}

/** The network that an address counts for. All texts that are no address count for one network. */
export function networkOf(ip: string): string {
  return parseIp(ip)?.network ?? "none";
}
