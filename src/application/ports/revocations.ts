/**
 * Keeps the entries that stop tokens. An entry is durable once `add` resolves, and from then on seen by
 * every process that shares the storage.
 */
export interface RevocationRepository {
  /** Adds an entry that counts while it is earlier than `until`. Adding it again keeps the later end. */
  add(key: string, until: Date): Promise<void>;
  /** Whether at least one of these entries is there and counts now. One round trip, however many keys. */
  hasAny(keys: readonly string[], now: Date): Promise<boolean>;
}
