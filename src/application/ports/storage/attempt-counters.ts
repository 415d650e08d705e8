import type { Limit } from "../../../domain/throttle.ts";

/** One attempt to be counted. */
export interface Charge {
  readonly key: string;
  /**
   * How many are allowed. A count is forgotten once the limit's window is over, which begins with its first attempt.
   */
  readonly limit: Limit;
}

/** An attempt that was counted. */
export interface CountedAttempt {
  readonly key: string;
  /** When the count that it is part of began. */
  readonly since: Date;
}

/** A counted attempt, with the count so far. */
export interface AttemptCount extends CountedAttempt {
  /** Including this attempt. */
  readonly count: number;
}

/** A limit that refuses an attempt. */
export interface Refusal {
  /** The index of the refused charge. */
  readonly at: number;
  /** How long to wait until the limit allows another one, in milliseconds. */
  readonly waitMs: number;
}

/** The outcome of an attempt: it was counted under all of its keys, or under none. */
export type Charged =
  | { readonly counted: readonly AttemptCount[]; readonly refused?: undefined }
  | { readonly refused: Refusal; readonly counted?: undefined };

/** Counts attempts, for all processes that share the storage, across restarts. */
export interface AttemptCounters {
  /**
   * Counts one attempt under each key, in the order given, if that exceeds the limit of none of them; otherwise it
   * counts nothing and resolves to the first limit that refuses. A count whose window is over begins anew. Of any number
   * of attempts at once, no more are counted than the limit allows, and each has a count of its own.
   *
   * Keys are given narrowest first. A storage that can change several keys in one atomic step does so. Any other storage
   * takes the keys in turn: a key never counts an attempt that an earlier key refuses, not even for a moment, and if a
   * later key refuses, the counts of the earlier ones are taken back.
   */
  charge(charges: readonly Charge[], now: Date): Promise<Charged>;
  /**
   * Takes attempts back, each from the count that it is part of. A count that comes to nothing is forgotten. Where a count
   * is over and another has begun under its key, the other stays as it is.
   */
  refund(attempts: readonly CountedAttempt[]): Promise<void>;
  /** Removes at most `limit` counts whose window is over. Resolves to how many it removed. */
  sweep(now: Date, limit: number): Promise<number>;
}
