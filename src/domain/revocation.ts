/**
 * The keys of revocation entries. An entry outlives what it revokes by an hour, since a storage may sweep by a clock of
 * its own.
 */
export const revocationKey = {
  /** One access token. */
  token: (tokenId: string) => `jti:${tokenId}`,
  /** A whole session. Adding this entry is what ends the session. */
  session: (sessionId: string) => `sid:${sessionId}`,
  /** Refreshing in a session; its access tokens stay valid. */
  refreshing: (sessionId: string) => `refresh:${sessionId}`,
  /** Revokes nothing by itself: marks a session that ended because one of its tokens was stolen. */
  theft: (sessionId: string) => `theft:${sessionId}`,
  /** An account that was imported from the Flask server and removed since: it is not imported again. */
  removedUser: (userId: string) => `removed-user:${userId}`,
  /** The registration links for an address, given by a keyed hash, after an account with it was deleted. */
  registration: (addressHash: string) => `registration:${addressHash}`,
  /** The registration links for every address, after a backup was restored. */
  registrations: "registrations",
  /** Every access token signed with a key. */
  signingKey: (keyId: string) => `kid:${keyId}`,
};

const KEPT_LONGER_MS = 3_600_000;

/** Longer than a registration link is valid: a day until its mail is delivered, and a day after that. */
const REGISTRATION_KEPT_MS = 49 * 3_600_000;

/**
 * The expiry of an entry that revokes the registration links requested before `moment`. A link is looked up as of the
 * expiry that belongs to its own request, so that exactly the entries made after the request are found.
 */
export function registrationUntil(moment: Date): Date {
  return new Date(moment.getTime() + REGISTRATION_KEPT_MS);
}

/** The time until which a revocation entry must be kept. `expiresAt` is the expiry of the token or session. */
export function keptUntil(expiresAt: Date): Date {
  return new Date(expiresAt.getTime() + KEPT_LONGER_MS);
}
