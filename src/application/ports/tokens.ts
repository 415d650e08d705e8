import type { Session } from "../../domain/session.ts";

/** What an access token says. Times have whole seconds. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
  readonly epoch: number;
  readonly tokenId: string;
  /** The user's address at that time, for display. */
  readonly identity: string;
  /** The user's name at that time, for display. */
  readonly username: string;
  /** Whether mail to that address had been shown to arrive. */
  readonly emailVerified: boolean;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** What a token says that was found genuine. */
interface Genuine {
  /** Every claim as it stands in the token (RFC 7519, section 4). */
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface VerifiedAccess extends Omit<AccessClaims, "username">, Genuine {
  /** `undefined` in tokens of versions before this claim. */
  readonly username: string | undefined;
  /** The `kid` of the key that signed it, where keys have one. */
  readonly keyId: string | undefined;
}

export interface VerifiedRefresh extends Genuine {
  readonly userId: string;
  readonly sessionId: string;
  readonly generation: number;
}

/** Makes tokens: JWTs (RFC 7519) signed with keys that no caller sees. */
export interface TokenIssuer {
  /**
   * Returns where access tokens can be signed at that time. To be asked before anything is written for one.
   * @throws AuthError `signing_key_not_yet_valid` where the clock is earlier than every key
   */
  mustSign(now: Date): void;
  /** @throws AuthError `signing_key_not_yet_valid` */
  issueAccess(claims: AccessClaims): Promise<string>;
  /** Depends on the session alone: the same generation gives the same token, byte for byte. */
  issueRefresh(session: Session): Promise<string>;
}

/**
 * Reads tokens. Accepts only what this service issues: algorithm, type, key, issuer and audience come from
 * configuration, never from the token. Says nothing about revocation. `evenExpired` takes a token whose time
 * is over as well.
 */
export interface TokenVerifier {
  /** @throws AuthError `invalid_token` or `expired_token` */
  verifyAccess(token: string, now: Date, options?: { evenExpired?: boolean }): Promise<VerifiedAccess>;
  /** @throws AuthError `invalid_token` or `expired_token` */
  verifyRefresh(token: string, now: Date, options?: { evenExpired?: boolean }): Promise<VerifiedRefresh>;
}
