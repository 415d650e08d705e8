import type { Environment } from "./environment.ts";

/**
 * An index of keys by a time of their entries, such as the expiry or when a mail is due. It is written in the same
 * transactions as the entries.
 */
export interface TimeIndex {
  put(time: number, key: string): void;
  remove(time: number, key: string): void;
  /** At most `limit` keys whose time is at or before the moment, the earliest first. */
  upTo(moment: number, limit: number): string[];
}

/** Opens the index of this name. It lets a sweep read only entries whose time has come. */
export function openTimeIndex({ database }: Environment, name: string): TimeIndex {
  const times = database<true, [time: number, key: string]>(name);

  return {
    put: (time, key) => void times.put([time, key], true),
    remove: (time, key) => void times.remove([time, key]),
    // moments are whole milliseconds, so this range ends right before the keys of the next one
    upTo: (moment, limit) => Array.from(times.getKeys({ end: [moment + 1], limit }), ([, key]) => key),
  };
}
