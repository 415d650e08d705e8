/** Requests and answers of the service, with the names on the wire. Times are RFC 3339 in UTC. */

export interface Registration {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** Either the address or the name. */
export type Credentials =
  | { readonly email: string; readonly username?: undefined; readonly password: string }
  | { readonly username: string; readonly email?: undefined; readonly password: string };

/** The answer to a sign-in. The tokens are in the store. */
export interface SignedIn {
  readonly username: string;
  readonly message: string;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: "Bearer";
  /** Lifetime of the access token, in seconds. */
  readonly expires_in: number;
  /** Whether the token is good only for setting up or confirming a second factor. */
  readonly limited?: true;
}

/** The answer to `reauthenticate`. The token is in the store. */
export interface FreshToken {
  readonly access_token: string;
  readonly token_type: "Bearer";
  /** Lifetime of the access token, in seconds. */
  readonly expires_in: number;
  /** Whether the token is good only for setting up or confirming a second factor. */
  readonly limited?: true;
}

/**
 * Registration without a sign-in: a mail says how to continue, and `login` works once the address is confirmed.
 */
export interface AwaitedConfirmation {
  readonly username: string;
  readonly message: string;
  readonly access_token?: undefined;
}

export interface Profile {
  /** The account's permanent id; names and addresses may change. */
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly created_at: string;
}

/**
 * The new name or address, and the current password, which may be left out for five minutes after a sign-in or
 * `reauthenticate`.
 */
export interface ProfileChange {
  readonly password?: string;
  readonly username?: string;
  readonly email?: string;
}

export interface ChangedProfile extends Profile {
  /** The new address that is not confirmed yet. */
  readonly pending_email?: string;
}

export interface Session {
  readonly id: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
  readonly user_agent: string;
  readonly ip: string;
  /** Whether it is the session of this call. */
  readonly current: boolean;
}

export interface PasswordChange {
  /** May be left out for five minutes after a sign-in or `reauthenticate`. */
  readonly current_password?: string;
  readonly new_password: string;
}

/** A new password, with the `token` parameter of the mailed link. */
export interface PasswordReset {
  readonly token: string;
  readonly new_password: string;
}

export interface Message {
  readonly message: string;
}

export interface SessionsEnded extends Message {
  readonly sessions_ended: number;
}

/** Credentials of one of the service's `INTROSPECTION_CLIENTS`. */
export interface IntrospectionClient {
  readonly id: string;
  readonly secret: string;
}

/** The token to introspect. A refresh token is active only with its hint. */
export interface TokenInQuestion {
  readonly token: string;
  readonly token_type_hint?: "access_token" | "refresh_token";
}

/** The claims of an active token, or that it is not active (RFC 7662, section 2.2). */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly username: string;
      readonly token_type: "Bearer";
      readonly sub: string;
      readonly sid: string;
      readonly jti: string;
      readonly iat: number;
      readonly nbf: number;
      readonly exp: number;
      readonly type: "access" | "refresh";
      readonly [claim: string]: unknown;
    };

/** Public keys (RFC 7517). */
export interface KeySet {
  readonly keys: readonly {
    readonly kty: string;
    readonly kid?: string;
    readonly [member: string]: unknown;
  }[];
}

/** Authorization server metadata (RFC 8414). */
export interface Metadata {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly introspection_endpoint: string;
  readonly revocation_endpoint: string;
  readonly [member: string]: unknown;
}

export interface Health {
  readonly status: "live";
}

/** The service's readiness. `checks` is absent while the service starts or stops. */
export interface Readiness {
  readonly status: "ready" | "failing" | "starting" | "stopping";
  readonly checks?: Readonly<Record<string, "ok" | "failing">>;
  readonly reason?: string;
}

export interface Version {
  readonly name: string;
  readonly version: string;
}
