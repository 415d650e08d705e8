import type { Session } from "../../domain/session.ts";

/** What an access token says. Times have whole seconds. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
  readonly epoch: number;
  readonly tokenId: string;
  /** The user's address at that time, for display. */
  readonly identity: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** What a refresh token says. */
export interface RefreshClaims {
  readonly userId: string;
  readonly sessionId: string;
  readonly generation: number;
}

/** Makes tokens: JWTs (RFC 7519) signed with keys that no caller sees. */
export interface TokenIssuer {
  issueAccess(claims: AccessClaims): Promise<string>;
  /** Depends on the session alone: the same generation gives the same token, byte for byte. */
  issueRefresh(session: Session): Promise<string>;
}

/**
 * Reads tokens. Accepts only what this service issues: algorithm, type, key, issuer and audience come from
 * configuration, never from the token. Says nothing about revocation.
 */
export interface TokenVerifier {
  /** @throws AuthError `invalid_token` or `expired_token` */
  verifyAccess(token: string, now: Date): Promise<AccessClaims>;
  /** @throws AuthError `invalid_token` or `expired_token` */
  verifyRefresh(token: string, now: Date): Promise<RefreshClaims>;
}
