/** A mail as it leaves. */
export interface Mail {
  /** A plain address, canonical. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** `undefined` where it is text alone. */
  readonly html: string | undefined;
}

/** Hands mails over to whoever delivers them. */
export interface Mailer {
  /** Resolves once the mail is taken over. Bounded in time. @throws Error of any kind where it was not */
  send(mail: Mail): Promise<void>;
}
