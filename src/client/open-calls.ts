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

/** What needs no user who is signed in. */
export function openCalls(wire: Wire) {
  return {
    /** Asks for a mail with a link to choose a new password. Does not tell whether anybody has the address. */
    forgotPassword: (of: { readonly email: string }): Promise<Message> =>
      wire("POST /api/password/forgot", { json: of }),

    /** Sets the password by the link. Every session of the account ends. */
    resetPassword: (reset: PasswordReset): Promise<Message> =>
      wire("POST /api/password/reset", { json: reset }),

    /** Confirms an address by the link that was mailed to it. */
    verifyEmail: (link: { readonly token: string }): Promise<Message> =>
      wire("POST /api/email/verify", { json: link }),

    /** Asks for that link again. Does not tell whether anybody has the address. */
    resendVerification: (of: { readonly email: string }): Promise<Message> =>
      wire("POST /api/email/verify/resend", { json: of }),

    /** Cancels a change of address by the link that was mailed to the account's address. Every session ends. */
    cancelEmailChange: (link: { readonly token: string }): Promise<Message> =>
      wire("POST /api/email/cancel", { json: link }),

    /** For APIs: whether a token lives now, and what it says (RFC 7662). Secrets are nothing for a browser. */
    introspect: (question: TokenInQuestion, client: IntrospectionClient): Promise<Introspection> =>
      wire("POST /oauth/introspect", { form: { ...question }, authorization: basic(client) }),

    /** Ends an access token, or with a refresh token its session, whosever it is (RFC 7009). */
    revokeToken: (token: string): Promise<void> => wire("POST /oauth/revoke", { form: { token } }),

    jwks: (): Promise<KeySet> => wire("GET /.well-known/jwks.json"),

    metadata: (): Promise<Metadata> => wire("GET /.well-known/oauth-authorization-server"),

    /** Whether the process answers. */
    live: (): Promise<Health> => wire("GET /health/live"),

    /** Whether the service can do its work; resolves as well where it cannot. */
    ready: (): Promise<Readiness> => wire("GET /health/ready", { expected: [503] }),

    version: (): Promise<Version> => wire("GET /version"),
  };
}
