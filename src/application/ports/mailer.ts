/** A rendered mail. */
export interface Mail {
  /** A plain address, canonical. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** `undefined` for a mail of text alone. */
  readonly html: string | undefined;
}

/** Hands mails over for delivery. */
export interface Mailer {
  /** Resolves once the mail was accepted. Bounded in time. @throws Error of any kind if it was not */
  send(mail: Mail): Promise<void>;
}
