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
  /** Links that make an account with an address (a keyed hash of it), where such an account was deleted. */
  registration: (addressHash: string) => `registration:${addressHash}`,
  /** The same of all addresses, where a backup was restored. */
  registrations: "registrations",
  /** Every access token signed with a key. */
  signingKey: (keyId: string) => `kid:${keyId}`,
};

const KEPT_LONGER_MS = 3_600_000;

/** Longer than a link that makes an account serves: its mail may be on its way for a day, as long as the link itself. */
const REGISTRATION_KEPT_MS = 49 * 3_600_000;

/**
 * Until when an entry counts that ends the links asked for before `moment`. It is looked for as of the same time after
 * the link was asked for, and so found where it was made later than that.
 */
export function registrationUntil(moment: Date): Date {
  return new Date(moment.getTime() + REGISTRATION_KEPT_MS);
}

/** Until when the entry that stops something must be kept. */
export function keptUntil(endOfWhatItStops: Date): Date {
  return new Date(endOfWhatItStops.getTime() + KEPT_LONGER_MS);
}
