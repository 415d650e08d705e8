/** Told what becomes of hashes that wait for their turn. Never throws and never keeps anyone waiting. */
export interface HashingObserver {
  /** Handed, once, what tells how many wait at that moment. */
  depth(read: () => number): void;
  /** A hash began after so many milliseconds of waiting, none where it found a free place. */
  waited(ms: number): void;
  /** A hash ended, well or not, so many milliseconds after it began. */
  hashed(ms: number): void;
}
