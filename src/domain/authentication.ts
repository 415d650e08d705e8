/** When and how a user last proved who they are. */
export interface Authentication {
  readonly authenticatedAt: Date;
  /** The methods used then, by their names in RFC 8176. */
  readonly amr: readonly string[];
}

/** A correct password, alone. */
export const BY_PASSWORD: readonly string[] = Object.freeze(["pwd"]);

/** A correct password, and the code of an authenticator. */
export const BY_PASSWORD_AND_CODE: readonly string[] = Object.freeze(["pwd", "otp", "mfa"]);

/** A correct password, and a recovery code. RFC 8176 has no name for such a code. */
export const BY_PASSWORD_AND_RECOVERY_CODE: readonly string[] = Object.freeze(["pwd", "mfa"]);

/** One factor, or two: the authentication context class (`acr`) of access tokens. */
export type Acr = "urn:hbtu:1" | "urn:hbtu:2";

export const ONE_FACTOR: Acr = "urn:hbtu:1";
export const TWO_FACTORS: Acr = "urn:hbtu:2";

/** The class of these methods. RFC 8176 names several factors together `mfa`. */
export function acrOf(amr: readonly string[]): Acr {
  return amr.includes("mfa") ? TWO_FACTORS : ONE_FACTOR;
}

/** How long an authentication counts as recent. */
export const RECENT_MS = 300_000;

/** Clocks of several processes may differ by this much. */
const CLOCK_SKEW_MS = 5_000;

/**
 * True if the user proved who they are at most `RECENT_MS` ago. False if it is not known when, and for a time in the
 * future, which a wrong clock recorded.
 */
export function isRecent(
  { authenticatedAt }: { readonly authenticatedAt: Date | undefined },
  now: Date,
): boolean {
  if (authenticatedAt === undefined) return false;
  const ageMs = now.getTime() - authenticatedAt.getTime();
  return ageMs >= -CLOCK_SKEW_MS && ageMs <= RECENT_MS;
}
