import type { NoticeKind } from "../../domain/mails.ts";
import type { LinkPurpose } from "../../domain/one-time-token.ts";
import type { Config } from "../settings/config.ts";

const PAGES = {
  reset_password: "PASSWORD_RESET_URL",
  verify_email: "EMAIL_VERIFY_URL",
  change_email: "EMAIL_VERIFY_URL",
  cancel_email_change: "EMAIL_CANCEL_URL",
} as const satisfies Record<LinkPurpose, keyof Config>;

/**
 * A link to the front end's page, with the secret as its token parameter. The page comes from the
 * configuration, never from a request.
 */
export function linkInto(config: Config, purpose: LinkPurpose, secret: string): string {
  const link = new URL(config[PAGES[purpose]]);
  link.searchParams.set("token", secret);
  return link.href;
}

const NOTICES = {
  password_changed: "NOTICE_PASSWORD_CHANGED",
  email_changed: "NOTICE_EMAIL_CHANGED",
  session_stolen: "NOTICE_SESSION_STOLEN",
  account_deleted: "NOTICE_ACCOUNT_DELETED",
  second_factor_added: "NOTICE_SECOND_FACTOR",
  second_factor_removed: "NOTICE_SECOND_FACTOR",
  second_factor_refused: "NOTICE_SECOND_FACTOR",
  recovery_code_used: "NOTICE_SECOND_FACTOR",
  recovery_codes_renewed: "NOTICE_SECOND_FACTOR",
} as const satisfies Record<NoticeKind, keyof Config>;

/** The notices that are sent by mail. */
export function noticesOf(config: Config): ReadonlySet<NoticeKind> {
  const kinds = Object.keys(NOTICES) as NoticeKind[];
  return new Set(kinds.filter((kind) => config[NOTICES[kind]]));
}
