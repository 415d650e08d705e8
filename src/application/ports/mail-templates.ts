import type { MailKind } from "../../domain/mails.ts";
import type { Mail } from "./mailer.ts";

/** The values that a mail may contain. All of them may come from users. */
export interface MailFacts {
  readonly username: string;
  /** The user's address as people see it. */
  readonly email: string;
  /** The link to follow, if the mail has one. */
  readonly link?: string;
  /** When the link expires. */
  readonly expiresAt?: Date;
}

/** Renders mails. */
export interface MailTemplates {
  render(kind: MailKind, facts: MailFacts): Omit<Mail, "to">;
}
