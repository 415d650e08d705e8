import type { Email } from "../../domain/email.ts";
import type { Username } from "../../domain/username.ts";

/** A requested account whose address is not verified yet. It is not stored. */
export interface PendingRegistration {
  /** Identifies its link. */
  readonly id: string;
  readonly username: Username;
  readonly email: Email;
  readonly passwordHash: string;
  /** When it was requested. The time 0 in registrations sealed by earlier versions. */
  readonly askedAt: Date;
}

/**
 * Turns a pending registration into text and back. Only this service can make the text and read what it holds: it is
 * encrypted and authenticated, and made for nothing else.
 */
export interface RegistrationSeal {
  /** Text of at most 4,096 characters, good for a URL, that can be opened before `until`. */
  seal(registration: PendingRegistration, until: Date): Promise<string>;
  /** The registration; `undefined` if `seal` did not make the text, or it has expired. */
  open(text: string, now: Date): Promise<PendingRegistration | undefined>;
  /** Whether the text has the form that `seal` makes, which no other mailed link has. */
  isSealed(text: string): boolean;
}
