import type { Email } from "../../../domain/email.ts";
import type { EmailHistory } from "../../../domain/email-history.ts";
import type { Factors } from "../../../domain/factors/factors.ts";
import type { User } from "../../../domain/user.ts";
import type { Username } from "../../../domain/username.ts";

/**
 * Stores accounts. Each write is one atomic step, durable once it resolves and visible to every process that shares the
 * storage. A read sees every write that was acknowledged before it began. Users are returned as copies, equal to what was
 * stored, also to reads of one user at the same time.
 *
 * Users are looked up by exactly three keys: the id, the canonical name and the canonical address, each compared as it was
 * stored, character by character. A storage may be unable to hold some keys, such as an empty one, a very long one or one
 * with control characters. A lookup by such a key resolves to `undefined`.
 */
export interface UserRepository {
  /**
   * Adds a user whose canonical name and canonical address no other user has. Once this resolves, the user is found by
   * each of the three keys. That the canonical forms are those that logins look up is for the caller to ensure: the
   * storage does not derive them from the shown ones.
   * @throws AuthError `username_taken` or `email_taken`. Error if the id is in use, or if one of the keys is one that the
   * storage cannot hold. In each case nothing is stored or overwritten.
   */
  add(user: User): Promise<void>;
  findById(id: string): Promise<User | undefined>;
  /** The ids, of those given, that users have. One round trip, however many ids. */
  findIds(ids: readonly string[]): Promise<ReadonlySet<string>>;
  findByUsername(canonical: string): Promise<User | undefined>;
  findByEmail(canonical: string): Promise<User | undefined>;
  /**
   * Replaces the hash of an unchanged password, if epoch and hash are still those of `expected`. The epoch stays. Resolves
   * to whether it replaced the hash.
   */
  replacePasswordHash(expected: Pick<User, "id" | "epoch" | "passwordHash">, next: string): Promise<boolean>;
  /**
   * Replaces the factors, if epoch and revision of the factors are still those of `expected`; without factors the revision
   * is 0. The epoch stays. Resolves to whether it replaced them.
   */
  replaceFactors(expected: Pick<User, "id" | "epoch" | "factors">, next: Factors): Promise<boolean>;
  /**
   * Raises the epoch by one and makes the changes, in one step, if epoch and address are still those of `expected`; the
   * address is compared by its canonical form and its revision; and if `changes` has factors, those of `expected` by their
   * revision. Resolves to whether it did. From then on no session of an
   * earlier epoch is valid, except the kept one.
   * @throws AuthError `email_taken`. Error if the storage cannot hold the new address. In both cases nothing is changed.
   */
  advanceEpoch(
    expected: Pick<User, "id" | "epoch" | "email" | "emailHistory" | "factors">,
    changes: EpochChanges,
  ): Promise<boolean>;
  /**
   * Changes name or address, if name, address and epoch are still those of `expected`; name and address are compared by
   * their canonical forms, the address by its revision as well. Sessions, epoch and hash stay. Resolves to whether it did.
   * @throws AuthError `username_taken` or `email_taken`. Error if the storage cannot hold the new name or address. In each
   * case nothing is changed.
   */
  rename(
    expected: Pick<User, "id" | "username" | "email" | "epoch" | "emailHistory">,
    changes: NameChanges,
  ): Promise<boolean>;
  /**
   * At most `limit` users, in ascending order of their ids by code point, from the first one after `after`. Paging lists
   * all users; those added meanwhile may be missed.
   */
  list(after: string | undefined, limit: number): Promise<User[]>;
  /** Raises `unlocks` by one; concurrent calls each count. Resolves to whether there is such a user. */
  unlock(id: string): Promise<boolean>;
  /**
   * Removes the user, if epoch and address are still those of `expected`, compared as by `advanceEpoch`. Resolves to
   * whether it did.
   */
  remove(expected: Pick<User, "id" | "epoch" | "email" | "emailHistory">): Promise<boolean>;
}

/** Changes that are made together with a new epoch. Fields that are left out stay as they are. */
export interface EpochChanges {
  /** The session that stays valid, or `undefined` for none. */
  readonly keptSession: string | undefined;
  readonly passwordHash?: string;
  readonly disabled?: boolean;
  readonly email?: Email;
  readonly emailVerified?: boolean;
  /** Raises `unlocks` by one. */
  readonly unlock?: true;
  readonly emailHistory?: EmailHistory;
  readonly linksSince?: Date;
  readonly factors?: Factors;
}

/** Changes of name and address. Fields that are left out stay as they are. */
export interface NameChanges {
  readonly username?: Username;
  readonly email?: Email;
  readonly emailVerified?: boolean;
  readonly emailHistory?: EmailHistory;
  readonly linksSince?: Date;
}
