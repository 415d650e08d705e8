/** What stops something, and until when it counts. */
export interface RevocationEntry {
  readonly key: string;
  readonly until: Date;
}

/**
 * Keeps the entries that stop tokens. An entry is durable once `add` resolves, and from then on seen by
 * every process that shares the storage.
 */
export interface RevocationRepository {
  /**
   * Adds an entry that counts while it is earlier than `until`. Adding it again keeps the later end. Resolves to whether
   * there was none under the key: of several that add it at once, one is told so.
   */
  add(key: string, until: Date): Promise<boolean>;
  /** Which of these entries are there and count now. One round trip, however many keys. */
  find(keys: readonly string[], now: Date): Promise<ReadonlySet<string>>;
  /** Up to so many entries, those that count no more too, by key upwards, from the first one after `after`. */
  list(after: string | undefined, limit: number): Promise<RevocationEntry[]>;
  /** Forgets up to so many entries that count no more at the moment. Resolves to how many it forgot. */
  sweep(now: Date, limit: number): Promise<number>;
}
