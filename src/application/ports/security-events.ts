/** What happened, in the words of the domain. Names are stable; nothing secret is ever part of one. */
export type SecurityEvent =
  | { readonly type: "user_registered"; readonly userId: string; readonly sessionId: string }
  | { readonly type: "login_succeeded"; readonly userId: string; readonly sessionId: string }
  | { readonly type: "login_failed"; readonly userId: string | undefined; readonly reason: LoginFailure }
  | { readonly type: "password_hash_renewed"; readonly userId: string }
  | { readonly type: "token_refreshed"; readonly userId: string; readonly sessionId: string }
  | { readonly type: "access_token_revoked"; readonly userId: string; readonly sessionId: string }
  | { readonly type: "refresh_token_revoked"; readonly userId: string; readonly sessionId: string };

export type LoginFailure = "unknown_user" | "wrong_password" | "disabled";

/** Told of what matters for security, after it is stored. Never throws and never keeps anyone waiting. */
export interface SecurityEvents {
  report(event: SecurityEvent): void;
}
