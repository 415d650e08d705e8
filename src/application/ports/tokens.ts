import type { Authentication } from "../../domain/authentication.ts";
import type { Session } from "../../domain/session.ts";

/** The claims of an access token. Times have whole seconds. */
export interface AccessClaims extends Authentication {
  readonly userId: string;
  readonly sessionId: string;
  readonly epoch: number;
  readonly tokenId: string;
  /** The user's address at that time, for display. */
  readonly identity: string;
  /** The user's name at that time, for display. */
  readonly username: string;
  /** True if that address was verified at that time. */
  readonly emailVerified: boolean;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** True only in the token that a reauthentication gave. */
  readonly fresh: boolean;
  /** True for a token that is good only for setting up or confirming a second factor: no other service can verify it. */
  readonly isLimited: boolean;
}

/** The claims that every genuine token has. */
interface Genuine {
  /** All claims as they are in the token (RFC 7519, section 4). */
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface VerifiedAccess
  extends Omit<AccessClaims, "username" | "fresh" | keyof Authentication>,
    Genuine {
  /** `undefined` in tokens of versions without this claim. */
  readonly username: string | undefined;
  /** `undefined` in tokens of versions without this claim. */
  readonly authenticatedAt: Date | undefined;
  /** `undefined` in tokens of versions without this claim. */
  readonly acr: string | undefined;
  /** The `kid` of the key that signed it, if keys have one. */
  readonly keyId: string | undefined;
}

export interface VerifiedRefresh extends Genuine {
  readonly userId: string;
  readonly sessionId: string;
  readonly generation: number;
}

/** Makes tokens: JWTs (RFC 7519), signed with keys that stay behind this port. */
export interface TokenIssuer {
  /**
   * Checks that access tokens can be signed at that time; to be called before anything is written for one.
   * @throws AuthError `signing_key_not_yet_valid` if the clock is earlier than every key
   */
  assertCanSign(now: Date): void;
  /** @throws AuthError `signing_key_not_yet_valid` */
  issueAccess(claims: AccessClaims): Promise<string>;
  /** Depends only on the session: the same generation yields the same token, byte for byte. */
  issueRefresh(session: Session): Promise<string>;
}

/**
 * Verifies tokens, limited ones as well. It accepts only tokens that this service issues: algorithm, type, key, issuer and audience come from
 * the configuration, never from the token. It does not check revocation. `evenExpired` accepts expired tokens as well.
 */
export interface TokenVerifier {
  /** @throws AuthError `invalid_token` or `expired_token` */
  verifyAccess(token: string, now: Date, options?: { evenExpired?: boolean }): Promise<VerifiedAccess>;
  /** @throws AuthError `invalid_token` or `expired_token` */
  verifyRefresh(token: string, now: Date, options?: { evenExpired?: boolean }): Promise<VerifiedRefresh>;
}
