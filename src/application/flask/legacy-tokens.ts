/** What a genuine token of the Flask server says. Times have whole seconds. */
export interface LegacyToken {
  readonly kind: "access" | "refresh";
  /** Its `jti`, a UUID. */
  readonly tokenId: string;
  /** The user's address, letter by letter as that server had it. */
  readonly identity: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** Every claim as it stands in the token (RFC 7519, section 4). */
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * Reads tokens of the Flask server that this one replaces, told by having no `iss`, `sub` and `sid` at all. Says
 * nothing about revocation, nor whether there is such a user.
 */
export interface LegacyTokenVerifier {
  /** @throws AuthError `invalid_token` for any other token, `expired_token` */
  verify(token: string, now: Date, options?: { evenExpired?: boolean }): Promise<LegacyToken>;
}
