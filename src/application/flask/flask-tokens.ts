/** A verified token of the Flask server. Times are whole seconds. */
export interface FlaskToken {
  readonly kind: "access" | "refresh";
  /** Its `jti`, a UUID. */
  readonly tokenId: string;
  /** The user's address, exactly as the Flask server stored it. */
  readonly identity: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** All claims of the token, unchanged (RFC 7519, section 4). */
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * Verifies tokens of the former Flask server, which have no `iss`, `sub` or `sid`. Checks neither revocation
 * nor whether the user exists.
 */
export interface FlaskTokenVerifier {
  /** @throws AuthError `invalid_token` for any other token, `expired_token` */
  verify(token: string, now: Date, options?: { evenExpired?: boolean }): Promise<FlaskToken>;
}
