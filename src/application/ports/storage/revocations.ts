/** A revocation entry, and its expiry. */
export interface RevocationEntry {
  readonly key: string;
  readonly until: Date;
}

/**
 * Stores revocation entries. An entry is durable once `add` resolves, and visible to every process that shares the
 * storage: a read that begins afterwards finds it.
 */
export interface RevocationRepository {
  /**
   * Adds an entry that is effective before `until`. If the key has an entry already, the later expiry is kept. Resolves to
   * whether the key had none; of concurrent calls, to `true` for one.
   */
  add(key: string, until: Date): Promise<boolean>;
  /** The keys, of those given, that have an effective entry. All are looked up at the same time. */
  find(keys: readonly string[], now: Date): Promise<ReadonlySet<string>>;
  /**
   * At most `limit` entries, including expired ones, in ascending order of their keys, from the first one after
   * `after`.
   */
  list(after: string | undefined, limit: number): Promise<RevocationEntry[]>;
  /** Removes at most `limit` expired entries. Resolves to how many it removed. */
  sweep(now: Date, limit: number): Promise<number>;
}
