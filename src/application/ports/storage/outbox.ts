import type { MailKind } from "../../../domain/mails.ts";

/** A mail that is to be sent. It holds nothing that can be read and is secret: links are made as it is sent. */
export interface OutboxMail {
  readonly id: string;
  readonly kind: MailKind;
  /**
   * Where it goes, as people see the address. Where nobody looked yet whether anyone here has it, its canonical
   * form.
   */
  readonly email: string;
  /** Whose mail it is, `undefined` where that is to be looked up by the address. */
  readonly userId: string | undefined;
  /**
   * The user's name, as people see it, when it was asked for: what tells of something must be sent also where the account
   * is gone since. `undefined` where nobody looked, and in records of former versions.
   */
  readonly username: string | undefined;
  readonly createdAt: Date;
  /** How often sending it was begun. */
  readonly attempts: number;
  /** Not before this moment is sending it begun (again). */
  readonly dueAt: Date;
  /** The one-time token whose link it carries, once that was made. */
  readonly tokenId: string | undefined;
  /** Whether it only tells what happened, so that nobody waits for it. `false` in records of former versions. */
  readonly isNotice: boolean;
  /** Encrypted: what the link will carry, where that is stored nowhere else. */
  readonly sealed: string | undefined;
}

/**
 * Keeps mails from the request that asks for them until they are sent. Writes are atomic, durable once they
 * resolve and seen by every process that shares the storage.
 */
export interface Outbox {
  /** Adds a mail. Resolves to whether it did: where the id is in use, nothing is overwritten. Of many at once, one. */
  add(mail: OutboxMail): Promise<boolean>;
  /** Up to `limit` mails that are due at the moment: notices after all others, and else the longest due first. */
  due(now: Date, limit: number): Promise<OutboxMail[]>;
  /**
   * Begins an attempt at a mail if it still has had `expectedAttempts`: counts it, and puts the next one off to
   * `dueAt`. Resolves to whether it did: of many at once, for one.
   */
  begin(id: string, expectedAttempts: number, dueAt: Date): Promise<boolean>;
  /** Ties the token to the mail if none is yet. Resolves to the one that is then, `undefined` without the mail. */
  tie(id: string, tokenId: string): Promise<string | undefined>;
  /** Forgets a mail, if it is there. */
  remove(id: string): Promise<void>;
  /** How many mails wait, and since when the oldest does. */
  waiting(): Promise<{ readonly count: number; readonly since: Date | undefined }>;
}
