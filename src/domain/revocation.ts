/**
 * Keys of the entries that stop tokens. An entry outlives what it stops by an hour, since a storage may
 * sweep by a clock of its own.
 */
export const revocationKey = {
  /** One access token. */
  token: (tokenId: string) => `jti:${tokenId}`,
  /** A whole session: inserting this entry is its end. */
  session: (sessionId: string) => `sid:${sessionId}`,
  /** Refreshing in a session; its access tokens live on. */
  refreshing: (sessionId: string) => `refresh:${sessionId}`,
  /** Ends nothing by itself: says that a session ended because one of its tokens was stolen. */
  theft: (sessionId: string) => `theft:${sessionId}`,
  /** An account of the Flask server that was brought over and removed since: it is not brought over again. */
  removedUser: (userId: string) => `removed-user:${userId}`,
  /** Every access token signed with a key. */
  signingKey: (keyId: string) => `kid:${keyId}`,
};

const KEPT_LONGER_MS = 3_600_000;

/** Until when the entry that stops something must be kept. */
export function keptUntil(endOfWhatItStops: Date): Date {
  return new Date(endOfWhatItStops.getTime() + KEPT_LONGER_MS);
}
