// This file has no imports: projects that use the test kit compile its types and do not have the server's
// dependencies.

/** A clock that stands still until it is advanced. */
export interface TestClock {
  now(): Date;
  /** Advances it by milliseconds, or by a duration in the syntax of settings: `15m`, `30d`. */
  advance(by: number | string): void;
  set(to: Date): void;
}

/** A mail that the service would have sent. */
export interface TestMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** `undefined` for a mail without an HTML part. */
  readonly html: string | undefined;
  /** The link to a page of the front end in the mail; `undefined` if it has none. */
  readonly link: string | undefined;
  /** The `token` parameter of the link, which the page sends to the service. */
  readonly token: string | undefined;
}

/** The mails of the service, in place of a mail server. */
export interface TestMails {
  /**
   * Sends waiting mails and resolves to all mails so far, the oldest first. With `to`, only mails to that
   * address.
   */
  all(to?: string): Promise<readonly TestMail[]>;
  /**
   * Resolves to the oldest mail that `next` has not returned before. With `to`, only mails to that address
   * count. Waits at most 5 s.
   * @throws Error if none comes
   */
  next(to?: string): Promise<TestMail>;
}

/** A user with an account, and the tokens of a session. */
export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly password: string;
  readonly access_token: string;
  readonly refresh_token: string;
}

/** Options that are left out get generated values. */
export interface TestUserOptions {
  readonly username?: string;
  readonly email?: string;
  readonly password?: string;
  /** Whether the address is confirmed. Default: the value of `REQUIRE_VERIFIED_EMAIL`. */
  readonly verified?: boolean;
}

export interface TestAuthOptions {
  /** Settings by name, as text like in the environment: `{ ACCESS_TOKEN_TTL: "15m" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The initial time of the clock. Default: the machine's time. */
  readonly now?: Date;
}

/** The whole service inside this process, without external resources. */
export interface TestAuth {
  /** Its URL on loopback, which is also the `iss` of its tokens. */
  readonly url: string;
  /** `aud` of its access tokens. */
  readonly audience: string;
  /** An API that may introspect. */
  readonly client: { readonly id: string; readonly secret: string };
  readonly clock: TestClock;
  /** All mails of the service, which behaves as with `SMTP_URL`. None leaves the process. */
  readonly mails: TestMails;
  /** Registers a new user and logs in. @throws AuthError if registration is refused */
  user(who?: TestUserOptions): Promise<TestUser>;
  /** Begins another session of the user, with the second factor if there is one. */
  login(user: TestUser): Promise<TestUser>;
  /**
   * Sets up an authenticator for the user, who logged in at most five minutes ago. Resolves to the recovery codes.
   */
  addSecondFactor(user: TestUser): Promise<readonly string[]>;
  /**
   * The next code of the user's authenticator, also of one that waits for its first code. Two codes are to be had without
   * advancing the clock.
   * @throws Error if the user has no authenticator, or the codes of this half minute are used up
   */
  codeOf(user: TestUser): Promise<string>;
  /** Disables the account, which ends its sessions. */
  disable(user: TestUser): Promise<void>;
  /** Retires every signing key, so that earlier access tokens become invalid. */
  retireKeys(): Promise<void>;
  /** Sets whether the storage answers. While it does not, every call that needs it is answered with 503. */
  storageAnswers(answers: boolean): void;
  stop(): Promise<void>;
}
