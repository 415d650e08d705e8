import type { Environment } from "./environment.ts";

/** An index of keys by the end of their entries. It is written in the same transactions as the entries. */
export interface TimeIndex {
  put(end: number, key: string): void;
  remove(end: number, key: string): void;
  /** At most `limit` keys whose entries end at or before the moment, the earliest first. */
  upTo(moment: number, limit: number): string[];
}

/** Opens the index of this name. It lets a sweep read only entries that have ended. */
export function openTimeIndex({ database }: Environment, name: string): TimeIndex {
  const ends = database<true, [end: number, key: string]>(name);

  return {
    put: (end, key) => void ends.put([end, key], true),
    remove: (end, key) => void ends.remove([end, key]),
    // moments are whole milliseconds, so this range ends right before the keys of the next one
    upTo: (moment, limit) => Array.from(ends.getKeys({ end: [moment + 1], limit }), ([, key]) => key),
  };
}
