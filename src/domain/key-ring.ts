/** The states of signing keys. They follow from times alone, so that all processes see the same states. */

/** The part of a key that its state depends on. */
export interface RingKey {
  readonly kid: string;
  /** The start of the time in which it signs, which ends when a key with a later one takes over. */
  readonly activeAt: Date;
}

export interface RingTimes {
  /** The time for which verifiers may cache the published keys, in milliseconds. */
  readonly publishedMaxAgeMs: number;
  /**
   * The time for which a key is published before it signs, in milliseconds, unless twice `publishedMaxAgeMs` is longer.
   */
  readonly publishAheadMs: number;
  readonly accessTokenTtlMs: number;
  readonly refreshTokenTtlMs: number;
}

/** Clocks of processes differ by at most 5 s, and a process learns of a key that signs at once within another 5 s. */
const SKEW_MS = 10_000;

/**
 * The states of a key, in their order: published ahead (`next`), `signing`, `verifying` until the last token that it
 * signed has expired, then only read from expired tokens for `logging_out`, for as long as their sessions may live.
 */
export type KeyState = "next" | "signing" | "verifying" | "logging_out" | "over";

const PUBLISHED: Record<KeyState, boolean> = {
  next: true,
  signing: true,
  verifying: true,
  logging_out: false,
  over: false,
};

/** True if a key is published: a token that it signs now or later, or has signed, may be unexpired. */
export function isPublished(state: KeyState): boolean {
  return PUBLISHED[state];
}

/** The key to sign with, or `undefined` if there is none yet. */
export function signingKeyOf<K extends RingKey>(keys: readonly K[], now: Date): K | undefined {
  return latest(keys.filter((key) => key.activeAt <= now));
}

export function keyState(keys: readonly RingKey[], key: RingKey, now: Date, times: RingTimes): KeyState {
  if (key.activeAt > now) return "next";
  const successors = keys.filter((other) => other.activeAt > key.activeAt && other.activeAt <= now);
  if (successors.length === 0) return "signing";
  const sinceSuperseded = now.getTime() - Math.min(...successors.map(({ activeAt }) => activeAt.getTime()));
  if (sinceSuperseded <= times.accessTokenTtlMs + SKEW_MS) return "verifying";
  return sinceSuperseded <= times.refreshTokenTtlMs + SKEW_MS ? "logging_out" : "over";
}

/**
 * The time from which a key that is made now may sign: by then every cached copy of the published keys has it.
 * Verifiers may cache longer than they are told, and some do not fetch the keys again for an unknown `kid`.
 */
export function publishedAheadUntil(now: Date, { publishedMaxAgeMs, publishAheadMs }: RingTimes): Date {
  return new Date(now.getTime() + Math.max(2 * publishedMaxAgeMs, publishAheadMs));
}

/** The time when the next key of a schedule becomes active, if it must be published now; otherwise `undefined`. */
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
