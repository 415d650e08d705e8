/** Observes the queue of hashes. Its methods never throw and never block. */
export interface HashingObserver {
  /** Called once, with a function that returns the present length of the queue. */
  depth(read: () => number): void;
  /** A hash began after `ms` milliseconds in the queue, 0 if it did not wait. */
  waited(ms: number): void;
  /** A hash ended, with or without an error, `ms` milliseconds after it began. */
  hashed(ms: number): void;
}
