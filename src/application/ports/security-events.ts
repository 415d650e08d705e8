import type { FactorName } from "../../domain/factors/factors.ts";
import type { MailKind } from "../../domain/mails.ts";
import type { LinkPurpose } from "../../domain/one-time-token.ts";

/** A security event. Names are stable, and no event has a secret in it. */
export type SecurityEvent =
  | {
      readonly type: "user_registered";
      readonly userId: string;
      /** The session that began with the registration, if any. */
      readonly sessionId: string | undefined;
    }
  | { readonly type: "login_succeeded"; readonly userId: string; readonly sessionId: string }
  | { readonly type: "login_failed"; readonly userId: string | undefined; readonly reason: LoginFailure }
  | {
      readonly type: "attempt_throttled";
      readonly scopes: readonly string[];
      /** The account that the attempt was a login to, if any. */
      readonly userId?: string | undefined;
    }
  | { readonly type: "reauthenticated"; readonly userId: string; readonly sessionId: string }
  | { readonly type: "second_factor_required"; readonly userId: string }
  | { readonly type: "factor_refused"; readonly userId: string; readonly factor: FactorName }
  | { readonly type: "factor_added"; readonly userId: string; readonly factor: FactorName }
  | {
      readonly type: "factor_removed";
      readonly userId: string;
      readonly factor: FactorName;
      readonly by: "its_user" | "operator";
    }
  | { readonly type: "recovery_code_used"; readonly userId: string; readonly left: number }
  | { readonly type: "recovery_codes_renewed"; readonly userId: string }
  | { readonly type: "password_hash_renewed"; readonly userId: string }
  | { readonly type: "token_refreshed"; readonly userId: string; readonly sessionId: string }
  | { readonly type: "access_token_revoked"; readonly userId: string; readonly sessionId: string }
  | { readonly type: "refresh_token_revoked"; readonly userId: string; readonly sessionId: string }
  | {
      readonly type: "refresh_token_reused";
      readonly userId: string;
      readonly sessionId: string;
      readonly cause: "after_grace" | "older_generation";
    }
  | {
      readonly type: "session_ended";
      readonly userId: string;
      readonly sessionId: string;
      readonly by: "logout" | "its_user" | "operator" | "session_limit";
    }
  | {
      readonly type: "sessions_ended";
      readonly userId: string;
      readonly kept: string | undefined;
      readonly by: "logout";
    }
  | { readonly type: "password_changed"; readonly userId: string; readonly sessionId: string }
  | { readonly type: "password_refused"; readonly userId: string }
  | { readonly type: "password_reset_requested" }
  | { readonly type: "password_reset"; readonly userId: string }
  | { readonly type: "reset_link_made"; readonly userId: string }
  | { readonly type: "username_changed"; readonly userId: string }
  | { readonly type: "email_change_requested"; readonly userId: string }
  | { readonly type: "email_change_cancelled"; readonly userId: string }
  | { readonly type: "email_change_disputed"; readonly userId: string }
  | { readonly type: "email_changed"; readonly userId: string }
  | { readonly type: "email_verified"; readonly userId: string }
  | { readonly type: "link_mailed"; readonly purpose: LinkPurpose; readonly userId: string }
  | { readonly type: "mail_failed"; readonly kind: MailKind; readonly attempts: number }
  | { readonly type: "mail_given_up"; readonly kind: MailKind; readonly userId: string | undefined }
  | { readonly type: "mail_dropped"; readonly kind: MailKind; readonly userId: string | undefined }
  | { readonly type: "account_deleted"; readonly userId: string; readonly by: "its_user" | "operator" }
  | { readonly type: "user_created"; readonly userId: string }
  | { readonly type: "user_disabled"; readonly userId: string }
  | { readonly type: "user_unlocked"; readonly userId: string }
  | { readonly type: "user_verified"; readonly userId: string }
  | { readonly type: "user_enabled"; readonly userId: string }
  | { readonly type: "password_set"; readonly userId: string }
  | { readonly type: "signing_key_made"; readonly keyId: string }
  | { readonly type: "signing_key_retired"; readonly keyId: string }
  | { readonly type: "data_exported"; readonly users: number; readonly keys: boolean }
  | {
      readonly type: "data_imported";
      readonly users: number;
      readonly from: "json" | "flask";
      readonly keys: boolean;
    }
  | { readonly type: "store_backed_up" }
  | { readonly type: "store_restored"; readonly backupOf: string; readonly retired: boolean }
  | { readonly type: "events_dropped"; readonly count: number };

export type LoginFailure = "unknown_user" | "wrong_password" | "disabled" | "email_unverified";

/** Receives security events, each after its change was stored. `report` never throws and never blocks. */
export interface SecurityEvents {
  report(event: SecurityEvent): void;
}
