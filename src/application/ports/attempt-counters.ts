/** One attempt to be counted. */
export interface Charge {
  readonly key: string;
  /** How long after its first attempt a count is forgotten. */
  readonly windowMs: number;
}

/** How often something was attempted. */
export interface Tally {
  /** This attempt included. */
  readonly count: number;
  /** When the first attempt of the count was made. */
  readonly since: Date;
}

/** One attempt that was counted. */
export interface Counted {
  readonly key: string;
  /** When the count began that it is part of. */
  readonly since: Date;
}

/** Counts attempts, for all processes that share the storage, across restarts. */
export interface AttemptCounters {
  /**
   * Counts one attempt under each key and resolves to the tallies, in the same order. A count whose window is
   * over begins anew. Each key is one atomic step: of any number of attempts at once, each gets a count of its
   * own. One round trip, however many keys.
   */
  charge(charges: readonly Charge[], now: Date): Promise<Tally[]>;
  /**
   * Takes attempts back, each from the count that it is part of. A count that comes to nothing is forgotten, so that
   * refused attempts leave nothing behind. Where a count is over and another has begun under its key, the other stays
   * as it is.
   */
  refund(attempts: readonly Counted[]): Promise<void>;
  /** Forgets up to so many counts whose window is over at the moment. Resolves to how many it forgot. */
  sweep(now: Date, limit: number): Promise<number>;
}
