import { parseIp } from "./ip-address.ts";

/** Rules for how often something may be attempted. */

/** How often something was attempted, and since when. */
interface Attempts {
  /** The one in question included. */
  readonly count: number;
  readonly since: Date;
}

/** So many attempts in a time that begins with the first of them. */
export interface Limit {
  readonly attempts: number;
  readonly windowMs: number;
  /** Beyond these, one more after a wait, and another after a wait twice as long, until the longest. */
  readonly waits?: { readonly firstMs: number; readonly longestMs: number };
}

/** How long to wait before this attempt would be allowed, in milliseconds; `undefined` where it is now. */
export function waitFor({ count, since }: Attempts, limit: Limit, now: Date): number | undefined {
  const elapsed = now.getTime() - since.getTime();
  let allowed = limit.attempts;
  let opensAt = 0;
  for (const wait of waitsOf(limit)) {
    if (count <= allowed) return undefined;
    opensAt += wait;
    if (opensAt > elapsed) break;
    allowed += 1;
  }
  if (count <= allowed) return undefined;
  return Math.max(1, Math.min(opensAt, limit.windowMs) - elapsed);
}

function* waitsOf({ waits, windowMs }: Limit): Generator<number> {
  if (waits === undefined) return yield windowMs;
  for (let wait = waits.firstMs; ; wait = Math.min(2 * wait, waits.longestMs)) yield wait;
}

/** The network that an address counts for. All that is no address is one network. */
export function networkOf(ip: string): string {
  return parseIp(ip)?.network ?? "none";
}
