// Without imports: its types are all that users of the test kit compile, whose projects have none of the server's.

/** A clock that stands still until it is turned. */
export interface TestClock {
  now(): Date;
  /** Turns it on by milliseconds, or by a duration as in settings: `15m`, `30d`. */
  advance(by: number | string): void;
  set(to: Date): void;
}

/** A mail as it would have been sent. */
export interface TestMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** `undefined` for a mail of text alone. */
  readonly html: string | undefined;
  /** The link in it, into a page of the front end; `undefined` where it has none. */
  readonly link: string | undefined;
  /** What the page hands over: the parameter `token` of the link. */
  readonly token: string | undefined;
}

/** What the service sends, instead of a mail server. */
export interface TestMails {
  /** Sends what waits, and resolves to all mails so far, the oldest first; those to one address, if given. */
  all(to?: string): Promise<readonly TestMail[]>;
  /**
   * Resolves to the oldest mail, to that address if given, that `next` has not resolved to before; waits for it up to 5 s.
   * @throws Error where none comes
   */
  next(to?: string): Promise<TestMail>;
}

/** Somebody with an account, and the tokens of a session. */
export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly password: string;
  readonly access_token: string;
  readonly refresh_token: string;
}

/** What is not said is made up. */
export interface TestUserOptions {
  readonly username?: string;
  readonly email?: string;
  readonly password?: string;
  /** Whether the address is confirmed; by default where `REQUIRE_VERIFIED_EMAIL` wants it. */
  readonly verified?: boolean;
}

export interface TestAuthOptions {
  /** Settings by their names, as the environment would have them: `{ ACCESS_TOKEN_TTL: "15m" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What the clock says at first; by default, what the machine's does. */
  readonly now?: Date;
}

/** The whole service inside this process, with nothing outside it. */
export interface TestAuth {
  /** Where it listens, on loopback; `iss` of its tokens, too. */
  readonly url: string;
  /** `aud` of its access tokens. */
  readonly audience: string;
  /** An API that may introspect. */
  readonly client: { readonly id: string; readonly secret: string };
  readonly clock: TestClock;
  /** Every mail that the service sends, as with `SMTP_URL`; none leaves the process. */
  readonly mails: TestMails;
  /** Somebody new, logged in. @throws AuthError where it cannot be had */
  user(who?: TestUserOptions): Promise<TestUser>;
  /** Another session of theirs. */
  login(user: TestUser): Promise<TestUser>;
  /** Disables the account, which ends its sessions. */
  disable(user: TestUser): Promise<void>;
  /** Retires every signing key, so that no access token from before is good. */
  retireKeys(): Promise<void>;
  /** Whether storage answers. While it does not, every call that needs it is 503. */
  storageAnswers(answers: boolean): void;
  stop(): Promise<void>;
}
