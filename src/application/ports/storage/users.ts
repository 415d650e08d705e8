import type { Email } from "../../../domain/email.ts";
import type { EmailHistory } from "../../../domain/email-history.ts";
import type { User } from "../../../domain/user.ts";
import type { Username } from "../../../domain/username.ts";

/**
 * Keeps accounts. Every write is one atomic step in storage, durable once it resolves and seen by every
 * process that shares the storage. What is returned is a copy, equal to what went in. Fields that a
 * storage cannot look up (too long, say) are simply not found.
 */
export interface UserRepository {
  /**
   * Adds a user whose canonical name and canonical address nobody has.
   * @throws AuthError `username_taken` or `email_taken`; nothing is stored then. An id that is in use is a
   * fault, and overwrites nothing.
   */
  add(user: User): Promise<void>;
  findById(id: string): Promise<User | undefined>;
  /** Which of these ids are those of users. One round trip, however many ids. */
  findIds(ids: readonly string[]): Promise<ReadonlySet<string>>;
  findByUsername(canonical: string): Promise<User | undefined>;
  findByEmail(canonical: string): Promise<User | undefined>;
  /**
   * Renews the hash of an unchanged password: only where epoch and hash still are `expected`'s, which
   * keeps them as they are otherwise. Resolves to whether it did.
   */
  replacePasswordHash(expected: Pick<User, "id" | "epoch" | "passwordHash">, next: string): Promise<boolean>;
  /**
   * Raises the epoch by one and makes the changes, in one step, if epoch and address still are `expected`'s, the address
   * by its canonical form and its revision. Resolves to whether it did. From then on no session of an earlier epoch lives
   * but the kept one.
   * @throws AuthError `email_taken`; nothing is changed then.
   */
  advanceEpoch(
    expected: Pick<User, "id" | "epoch" | "email" | "emailHistory">,
    changes: EpochChanges,
  ): Promise<boolean>;
  /**
   * Changes name or address, if both and the epoch still are `expected`'s, name and address by their canonical forms,
   * the address by its revision, too. The sessions stay, and so do epoch and hash. Resolves to whether it did.
   * @throws AuthError `username_taken` or `email_taken`; nothing is changed then.
   */
  rename(
    expected: Pick<User, "id" | "username" | "email" | "epoch" | "emailHistory">,
    changes: NameChanges,
  ): Promise<boolean>;
  /**
   * Up to so many users, by id upwards in the order of code points, from the first one after `after`: all of
   * them, page by page. Who is added meanwhile may be missed.
   */
  list(after: string | undefined, limit: number): Promise<User[]>;
  /** Raises `unlocks` by one; of any number at once, each does. Resolves to whether there is such a user. */
  unlock(id: string): Promise<boolean>;
  /** Removes the user if epoch and address still are `expected`'s, as `advanceEpoch` compares them. Resolves to whether it did. */
  remove(expected: Pick<User, "id" | "epoch" | "email" | "emailHistory">): Promise<boolean>;
}

/** What is changed together with the epoch; what is left out stays as it is. */
export interface EpochChanges {
  /** The session that lives on, `undefined` for none. */
  readonly keptSession: string | undefined;
  readonly passwordHash?: string;
  readonly disabled?: boolean;
  readonly email?: Email;
  readonly emailVerified?: boolean;
  /** Raises `unlocks` by one. */
  readonly unlock?: true;
  readonly emailHistory?: EmailHistory;
  readonly linksSince?: Date;
}

/** What is changed about who a user is; what is left out stays as it is. */
export interface NameChanges {
  readonly username?: Username;
  readonly email?: Email;
  readonly emailVerified?: boolean;
  readonly emailHistory?: EmailHistory;
  readonly linksSince?: Date;
}
