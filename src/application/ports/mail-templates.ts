import type { MailKind } from "../../domain/mails.ts";
import type { Mail } from "./mailer.ts";

/** What a mail may say. All of it may come from users. */
export interface MailFacts {
  readonly username: string;
  /** The user's address as people see it. */
  readonly email: string;
  /** Where the mail has one to follow. */
  readonly link?: string;
  /** Until when the link serves. */
  readonly expiresAt?: Date;
}

/** Says each mail in words. */
export interface MailTemplates {
  render(kind: MailKind, facts: MailFacts): Omit<Mail, "to">;
}
