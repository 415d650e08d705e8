import type { LinkPurpose } from "./one-time-token.ts";

/** The kinds of mails that the service sends. A new mail is one entry here and its templates. */

/** A mail whose link the user is to follow. */
interface LinkMail {
  readonly link: LinkPurpose;
  /**
   * The time when the link is made: when the mail is requested, or when it is delivered. A link is not made on delivery
   * if a step that ends links came after the request.
   */
  readonly made: "on request" | "on delivery";
}

/** A mail without a link. */
interface PlainMail {
  readonly link: null;
  /** True for a mail that only informs the user about the account. Operators may switch it off. */
  readonly isNotice: boolean;
}

const NOTICE = { link: null, isNotice: true } as const;
const ANSWER = { link: null, isNotice: false } as const;

export const MAILS = {
  password_reset: { link: "reset_password", made: "on delivery" },
  email_verification: { link: "verify_email", made: "on delivery" },
  email_change: { link: "change_email", made: "on request" },
  email_change_requested: { link: "cancel_email_change", made: "on request" },
  email_change_warning: ANSWER,
  registration: { link: "verify_email", made: "on request" },
  address_taken: ANSWER,
  address_put_back: { link: "reset_password", made: "on delivery" },
  password_changed: NOTICE,
  email_changed: NOTICE,
  session_stolen: NOTICE,
  account_deleted: NOTICE,
  second_factor_added: NOTICE,
  second_factor_removed: NOTICE,
  second_factor_refused: NOTICE,
  recovery_code_used: NOTICE,
  recovery_codes_renewed: NOTICE,
} as const satisfies Record<string, LinkMail | PlainMail>;

export type MailKind = keyof typeof MAILS;

/** The mails that operators may switch off. */
export type NoticeKind = {
  [K in MailKind]: (typeof MAILS)[K] extends typeof NOTICE ? K : never;
}[MailKind];

export const MAIL_KINDS = Object.keys(MAILS) as MailKind[];

/** The purpose of the link in a mail; `null` for a mail without a link. */
export function linkOf(kind: MailKind): LinkPurpose | null {
  return MAILS[kind].link;
}

/** True if the link in a mail is made when the mail is delivered. */
export function isLinkMadeOnDelivery(kind: MailKind): boolean {
  const mail: LinkMail | PlainMail = MAILS[kind];
  return mail.link !== null && mail.made === "on delivery";
}
