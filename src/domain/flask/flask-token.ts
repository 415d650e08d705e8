import { LEGACY_ID_PREFIX } from "../session.ts";
import type { User } from "../user.ts";

/** The claims of a token of the Flask server. */
interface Claims {
  readonly identity: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** The longest lifetime of a token of the Flask server. */
export const LONGEST_FLASK_LIFE_MS = 30 * 86_400_000;

/** True if the Flask server can have issued a token with this lifetime. */
export function isFlaskLife({ issuedAt, expiresAt }: Claims): boolean {
  return expiresAt.getTime() - issuedAt.getTime() <= LONGEST_FLASK_LIFE_MS;
}

/**
 * True if the token was issued to this user, and nothing that ends sessions has happened since. The address must match
 * exactly: of several accounts whose addresses differ only in case, one was imported, and the tokens of the others must
 * not open it. A token issued before the account was created belongs to an earlier owner of the address.
 */
export function isFlaskTokenOf(user: User, { identity, issuedAt }: Claims): boolean {
  const createdAt = Math.floor(user.createdAt.getTime() / 1000) * 1000;
  return user.legacyIdentity === identity && user.epoch === 0 && issuedAt.getTime() >= createdAt;
}

/** The id of the session for the tokens with this `jti`. No other session has an id of this form. */
export function flaskSessionId(tokenId: string): string {
  return `${LEGACY_ID_PREFIX}${tokenId}`;
}
