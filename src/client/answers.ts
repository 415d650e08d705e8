/** What the service is sent and answers, by the names it has on the wire. Times are RFC 3339 in UTC. */

export interface Registration {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** By either of the two. */
export type Credentials =
  | { readonly email: string; readonly username?: undefined; readonly password: string }
  | { readonly username: string; readonly email?: undefined; readonly password: string };

/** Who is signed in now. The tokens are in the store. */
export interface SignedIn {
  readonly username: string;
  readonly message: string;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: "Bearer";
  /** Seconds that the access token lives. */
  readonly expires_in: number;
}

/** Nobody is signed in: a mail says how to go on, and `login` works once the address is confirmed. */
export interface AwaitedConfirmation {
  readonly username: string;
  readonly message: string;
  readonly access_token?: undefined;
}

export interface Profile {
  /** The key of the account; names and addresses change. */
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly created_at: string;
}

/** The current password, and what is to change. */
export interface ProfileChange {
  readonly password: string;
  readonly username?: string;
  readonly email?: string;
}

export interface ChangedProfile extends Profile {
  /** The address that waits to be confirmed. */
  readonly pending_email?: string;
}

export interface Session {
  readonly id: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
  readonly user_agent: string;
  readonly ip: string;
  /** Whether it is the one that asks. */
  readonly current: boolean;
}

export interface PasswordChange {
  readonly current_password: string;
  readonly new_password: string;
}

/** The token is the parameter of the mailed link. */
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

/** Who may introspect: one of the service's `INTROSPECTION_CLIENTS`. */
export interface IntrospectionClient {
  readonly id: string;
  readonly secret: string;
}

/** A refresh token is active only where the hint asks for one. */
export interface TokenInQuestion {
  readonly token: string;
  readonly token_type_hint?: "access_token" | "refresh_token";
}

/** A token's claims as they are now, or that it does not live (RFC 7662, section 2.2). */
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

/** Where the service's endpoints are (RFC 8414). */
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

/** `checks` is not there where the service starts or stops. */
export interface Readiness {
  readonly status: "ready" | "failing" | "starting" | "stopping";
  readonly checks?: Readonly<Record<string, "ok" | "failing">>;
}

export interface Version {
  readonly name: string;
  readonly version: string;
}
