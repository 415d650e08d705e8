import type { SecurityEvent } from "../ports/security-events.ts";

type Kind = SecurityEvent["type"];

// a record, so that a kind that is missing here does not compile
const KINDS: Readonly<Record<Kind, true>> = {
  user_registered: true,
  login_succeeded: true,
  login_failed: true,
  attempt_throttled: true,
  password_hash_renewed: true,
  token_refreshed: true,
  access_token_revoked: true,
  refresh_token_revoked: true,
  refresh_token_reused: true,
  session_ended: true,
  sessions_ended: true,
  password_changed: true,
  password_refused: true,
  password_reset_requested: true,
  password_reset: true,
  reset_link_made: true,
  username_changed: true,
  email_change_requested: true,
  email_change_cancelled: true,
  email_change_disputed: true,
  email_changed: true,
  email_verified: true,
  link_mailed: true,
  mail_failed: true,
  mail_given_up: true,
  mail_dropped: true,
  account_deleted: true,
  user_created: true,
  user_disabled: true,
  user_unlocked: true,
  user_verified: true,
  user_enabled: true,
  password_set: true,
  signing_key_made: true,
  signing_key_retired: true,
  data_exported: true,
  data_imported: true,
  store_backed_up: true,
  store_restored: true,
  events_dropped: true,
};

/** The kinds of security events that there are. */
export const EVENT_KINDS = Object.keys(KINDS) as Kind[];
