import type { Environment } from "./environment.ts";

/** An index of keys by when what they belong to ends, written in the transactions that write that. */
export interface TimeIndex {
  put(end: number, key: string): void;
  remove(end: number, key: string): void;
  /** The keys of up to so many ends at or before the moment, the earliest first. */
  upTo(moment: number, limit: number): string[];
}

/** Opens an index of this name. With it a sweep reads what has ended, and nothing else. */
export function openTimeIndex({ database }: Environment, name: string): TimeIndex {
  const ends = database<true, [end: number, key: string]>(name);

  return {
    put: (end, key) => void ends.put([end, key], true),
    remove: (end, key) => void ends.remove([end, key]),
    // moments are whole milliseconds, so that the next one begins right after all keys of this one
    upTo: (moment, limit) => Array.from(ends.getKeys({ end: [moment + 1], limit }), ([, key]) => key),
  };
}
