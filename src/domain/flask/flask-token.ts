import type { User } from "../user.ts";

/** What a token of the Flask server says of its user and its time. */
interface Claims {
  readonly identity: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** The longest that a token of the Flask server lives. */
export const LONGEST_FLASK_LIFE_MS = 30 * 86_400_000;

/** Whether the server that is replaced could have issued a token with such times. */
export function isFlaskLife({ issuedAt, expiresAt }: Claims): boolean {
  return expiresAt.getTime() - issuedAt.getTime() <= LONGEST_FLASK_LIFE_MS;
}

/**
 * Whether the token was issued to this user and nothing has happened since that ends sessions. The address is
 * compared letter by letter: of accounts whose addresses differed by case alone, one was brought over, and the
 * tokens of the others are not its own. A token from before the account belonged to whoever had the address then.
 */
export function isFlaskTokenOf(user: User, { identity, issuedAt }: Claims): boolean {
  const createdAt = Math.floor(user.createdAt.getTime() / 1000) * 1000;
  return user.legacyIdentity === identity && user.epoch === 0 && issuedAt.getTime() >= createdAt;
}

/** The session that the tokens of one `jti` stand for; no other session is called so. */
export function flaskSessionId(tokenId: string): string {
  return `legacy-${tokenId}`;
}
