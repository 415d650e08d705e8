import type {
  Health,
  Introspection,
  IntrospectionClient,
  KeySet,
  Message,
  Metadata,
  PasswordReset,
  Readiness,
  TokenInQuestion,
  Version,
} from "./answers.ts";
import { basic, type Wire } from "./wire.ts";

/** Calls without a signed-in user. */
export function openCalls(wire: Wire) {
  return {
    /**
     * Requests a mail with a link for choosing a new password. The answer does not reveal whether the address
     * has an account.
     */
    forgotPassword: (of: { readonly email: string }): Promise<Message> =>
      wire("POST /api/password/forgot", { json: of }),

    /** Sets a new password with a mailed link and ends all sessions of the account. */
    resetPassword: (reset: PasswordReset): Promise<Message> =>
      wire("POST /api/password/reset", { json: reset }),

    /** Confirms an address with the link mailed to it. */
    verifyEmail: (link: { readonly token: string }): Promise<Message> =>
      wire("POST /api/email/verify", { json: link }),

    /** Requests the confirmation mail again. The answer does not reveal whether the address has an account. */
    resendVerification: (of: { readonly email: string }): Promise<Message> =>
      wire("POST /api/email/verify/resend", { json: of }),

    /** Cancels a change of address with the link mailed to the account's address, and ends all sessions. */
    cancelEmailChange: (link: { readonly token: string }): Promise<Message> =>
      wire("POST /api/email/cancel", { json: link }),

    /**
     * For APIs: introspects a token (RFC 7662). Do not use it in a browser, where the client's secret would be
     * exposed.
     */
    introspect: (question: TokenInQuestion, client: IntrospectionClient): Promise<Introspection> =>
      wire("POST /oauth/introspect", { form: { ...question }, authorization: basic(client) }),

    /** Revokes any access token, or the session of any refresh token (RFC 7009). */
    revokeToken: (token: string): Promise<void> => wire("POST /oauth/revoke", { form: { token } }),

    jwks: (): Promise<KeySet> => wire("GET /.well-known/jwks.json"),

    metadata: (): Promise<Metadata> => wire("GET /.well-known/oauth-authorization-server"),

    /** Whether the process answers. */
    live: (): Promise<Health> => wire("GET /health/live"),

    /** Whether the service can do its work. Also resolves if it cannot. */
    ready: (): Promise<Readiness> => wire("GET /health/ready", { expected: [503] }),

    version: (): Promise<Version> => wire("GET /version"),
  };
}
