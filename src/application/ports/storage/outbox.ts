import type { MailKind } from "../../../domain/mails.ts";

/** A mail that is to be sent. It contains no readable secret: links are made as it is delivered. */
export interface OutboxMail {
  readonly id: string;
  readonly kind: MailKind;
  /**
   * The recipient, in the form that people see; in canonical form if it was not looked up yet whether an account has the
   * address.
   */
  readonly email: string;
  /** The user of the mail; `undefined` if the user is to be looked up by the address. */
  readonly userId: string | undefined;
  /**
   * The shown name of the user at the time of the request: a notice is sent even if the account was deleted since.
   * `undefined` if the user was not looked up, and in records of earlier versions.
   */
  readonly username: string | undefined;
  readonly createdAt: Date;
  /** The number of attempts to send it that were begun. */
  readonly attempts: number;
  /** When the next attempt may begin. */
  readonly dueAt: Date;
  /** The one-time token of the link in it, once that was made. */
  readonly tokenId: string | undefined;
  /** Whether it is a notice, for which nobody waits. `false` in records of earlier versions. */
  readonly isNotice: boolean;
  /** The encrypted content of the link, if it is stored nowhere else. */
  readonly sealed: string | undefined;
}

/**
 * Stores mails from their request until they are sent. Writes are atomic, durable once they resolve and visible to every
 * process that shares the storage.
 */
export interface Outbox {
  /**
   * Adds a mail unless its id is in use. Resolves to whether it did; of concurrent calls with one id, to `true` for
   * one.
   */
  add(mail: OutboxMail): Promise<boolean>;
  /** At most `limit` mails that are due, those due longest first, notices after all others. */
  due(now: Date, limit: number): Promise<OutboxMail[]>;
  /**
   * Begins an attempt to send a mail, if it still has `expectedAttempts`: counts the attempt, and sets the time of the next
   * one to `dueAt`. Resolves to whether it did; of concurrent calls, to `true` for one.
   */
  begin(id: string, expectedAttempts: number, dueAt: Date): Promise<boolean>;
  /**
   * Ties the token to the mail, unless one is tied to it. Resolves to the token that is tied then; `undefined` if there
   * is no such mail.
   */
  tie(id: string, tokenId: string): Promise<string | undefined>;
  /** Removes a mail, if it is stored. */
  remove(id: string): Promise<void>;
  /** The number of mails that wait, and the time of the oldest one. */
  waiting(): Promise<{ readonly count: number; readonly since: Date | undefined }>;
}
