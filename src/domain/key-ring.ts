/** When a signing key is for what. Times make the states, so that all processes see the same. */

/** What of a key matters for its place in the ring. */
export interface RingKey {
  readonly kid: string;
  /** From when on tokens are signed with it, until a key with a later time takes over. */
  readonly activeAt: Date;
}

export interface RingTimes {
  /** How long others may keep a copy of the published keys. */
  readonly publishedMaxAgeMs: number;
  /** How long a key is published before it signs, where twice `publishedMaxAgeMs` is not longer. */
  readonly publishAheadMs: number;
  readonly accessTokenTtlMs: number;
  readonly refreshTokenTtlMs: number;
}

/** Clocks of processes differ by up to 5 s, and a process learns of a key that signs at once up to 5 s later. */
const SKEW_MS = 10_000;

export type KeyState = "next" | "signing" | "verifying" | "logging_out" | "over";

/** The key to sign with, `undefined` where there is none yet. */
export function signingKeyOf<K extends RingKey>(keys: readonly K[], now: Date): K | undefined {
  return latest(keys.filter((key) => key.activeAt <= now));
}

/**
 * What a key is for now: published ahead (`next`), `signing`, `verifying` until the last token it signed is
 * over, then only read from expired tokens for `logging_out`, for as long as their sessions may live.
 */
export function keyState(keys: readonly RingKey[], key: RingKey, now: Date, times: RingTimes): KeyState {
  if (key.activeAt > now) return "next";
  const successors = keys.filter((other) => other.activeAt > key.activeAt && other.activeAt <= now);
  if (successors.length === 0) return "signing";
  const sinceSuperseded = now.getTime() - Math.min(...successors.map(({ activeAt }) => activeAt.getTime()));
  if (sinceSuperseded <= times.accessTokenTtlMs + SKEW_MS) return "verifying";
  return sinceSuperseded <= times.refreshTokenTtlMs + SKEW_MS ? "logging_out" : "over";
}

/**
 * When a key that is made now may be signed with: once no copy of the published keys is without it. Verifiers keep
 * copies for longer than they are told, and some do not fetch them anew for a key that they do not know.
 */
export function publishedAheadUntil(now: Date, { publishedMaxAgeMs, publishAheadMs }: RingTimes): Date {
  return new Date(now.getTime() + Math.max(2 * publishedMaxAgeMs, publishAheadMs));
}

/**
 * When the next key of a schedule is to be active, if now is the time to publish it ahead; else `undefined`.
 */
export function dueRotation(
  keys: readonly RingKey[],
  now: Date,
  everyMs: number,
  times: RingTimes,
): Date | undefined {
  const newest = latest(keys);
  if (newest === undefined) return undefined;
  const due = new Date(newest.activeAt.getTime() + everyMs);
  const earliest = publishedAheadUntil(now, times);
  if (due > earliest) return undefined;
  return earliest;
}

function latest<K extends RingKey>(keys: readonly K[]): K | undefined {
  return keys.reduce<K | undefined>(
    (found, key) => (found === undefined || key.activeAt >= found.activeAt ? key : found),
    undefined,
  );
}
