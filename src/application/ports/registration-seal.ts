import type { Email } from "../../domain/email.ts";
import type { Username } from "../../domain/username.ts";

/** An account that somebody asked for and whose address is not confirmed yet. Nothing of it is stored. */
export interface PendingRegistration {
  /** Tells its link from all others. */
  readonly id: string;
  readonly username: Username;
  readonly email: Email;
  readonly passwordHash: string;
  /** When it was asked for. The beginning of time in what former versions made. */
  readonly askedAt: Date;
}

/**
 * Turns a pending registration into text and back. Only this service can make the text and read what it holds: it is
 * encrypted and authenticated, and made for nothing else.
 */
export interface RegistrationSeal {
  /** Text of at most 4,096 characters, good for a URL, that can be opened before `until`. */
  seal(registration: PendingRegistration, until: Date): Promise<string>;
  /** `undefined` where the text is nothing that `seal` made, or its time is over. */
  open(text: string, now: Date): Promise<PendingRegistration | undefined>;
  /** Whether the text may be one that `seal` made, by its form alone: no other mailed link looks like it. */
  isSealed(text: string): boolean;
}
