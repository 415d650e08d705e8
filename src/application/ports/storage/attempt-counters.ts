import type { Limit } from "../../../domain/throttle.ts";

/** One attempt to be counted. */
export interface Charge {
  readonly key: string;
  /** How many are allowed. A count is forgotten once the limit's window is over, which begins with its first attempt. */
  readonly limit: Limit;
}

/** One attempt that was counted. */
export interface CountedAttempt {
  readonly key: string;
  /** When the count began that it is part of. */
  readonly since: Date;
}

/** A count with one attempt that was counted. */
export interface AttemptCount extends CountedAttempt {
  /** This attempt included. */
  readonly count: number;
}

/** A limit that refuses an attempt. */
export interface Refusal {
  /** The place of the charge among those that were given. */
  readonly at: number;
  /** How long to wait until the limit allows another one, in milliseconds. */
  readonly waitMs: number;
}

/** What came of an attempt: it was counted under all of its keys, or under none. */
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
   * Keys are given narrowest first. A storage that can change several keys in one atomic step does so. Any other one
   * takes the keys in turn: a key never counts an attempt that an earlier one refuses, not even for a moment, and what an
   * earlier key counted is taken back where a later one refuses.
   */
  charge(charges: readonly Charge[], now: Date): Promise<Charged>;
  /**
   * Takes attempts back, each from the count that it is part of. A count that comes to nothing is forgotten. Where a count
   * is over and another has begun under its key, the other stays as it is.
   */
  refund(attempts: readonly CountedAttempt[]): Promise<void>;
  /** Forgets up to so many counts whose window is over at the moment. Resolves to how many it forgot. */
  sweep(now: Date, limit: number): Promise<number>;
}
