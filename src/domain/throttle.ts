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

/**
 * The network that an address stands for: IPv4 itself, also mapped into IPv6; of IPv6 the first 64 bits,
 * since one host has them all.
 */
export function networkOf(ip: string): string {
  const address = canonicalIp(ip);
  if (!address.includes(":")) return address;
  const [head = "", tail] = (address.split("%")[0] as string).toLowerCase().split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array<string>(Math.max(0, 8 - first.length - last.length)).fill("0");
  const groups = [...first, ...(tail === undefined ? [] : zeros), ...last].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}

/** An IPv4 address that arrives mapped into IPv6 is the same client. */
export function canonicalIp(ip: string): string {
  return ip.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}
