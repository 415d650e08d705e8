import { type CryptoKey, errors, type JWTPayload } from "jose";
import { AuthError } from "../../domain/errors.ts";
import { headerOf } from "./canonical.ts";
import { cachedVerification, verifySignature } from "./signed-tokens.ts";

/** Requirements for a token, independent of its header. */
export interface Expected {
  readonly algorithm: string;
  readonly typ: string;
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  readonly now: Date;
  readonly evenExpired: boolean;
}

interface Found {
  readonly key: CryptoKey | Uint8Array;
}

/** Finds the key for a `kid`; `undefined` if no token with that `kid` is genuine. */
export type FindKey<F extends Found> = (kid: string | undefined) => Promise<F | undefined>;

/** Finds the one key of tokens without a `kid`. */
export function withoutKid<F extends Found>(found: F): FindKey<F> {
  return async (kid) => (kid === undefined ? found : undefined);
}

export interface Verified<F extends Found> {
  readonly payload: Readonly<JWTPayload>;
  readonly kid: string | undefined;
  readonly found: F;
}

export const CLOCK_SKEW_SECONDS = 5;

/**
 * Verifies a token and returns its payload and key. It checks encoding, type, signature, issuer, audience and
 * times. Expiry is checked last, so that a token refused as expired is otherwise valid.
 * @throws AuthError `invalid_token` or `expired_token`
 */
export async function verifyJws<F extends Found>(
  token: string,
  expected: Expected,
  findKey: FindKey<F>,
): Promise<Verified<F>> {
  const known = cachedVerification(token);
  const header = known?.header ?? headerOf(token);
  if (header?.alg !== expected.algorithm || header.typ !== expected.typ) throw new AuthError("invalid_token");
  const { kid } = header;
  if (kid !== undefined && typeof kid !== "string") throw new AuthError("invalid_token");
  const found = await findKey(kid);
  if (found === undefined) throw new AuthError("invalid_token");
  const { payload } =
    known?.key === found.key
      ? known
      : await verifySignature(token, header, found.key, expected.algorithm).catch(refuse);
  const now = Math.floor(expected.now.getTime() / 1_000);
  if (!hasExpectedClaims(payload, expected, now)) throw new AuthError("invalid_token");
  const isExpired = payload.exp !== undefined && payload.exp <= now - CLOCK_SKEW_SECONDS;
  if (isExpired && !expected.evenExpired) throw new AuthError("expired_token");
  return { payload, kid, found };
}

/** The `typ` that the token's header claims; the token is not verified. */
export function claimedTyp(token: string): unknown {
  return (cachedVerification(token)?.header ?? headerOf(token))?.typ;
}

/** Checks issuer, audience and times, except for expiry (RFC 7519, section 4.1). */
function hasExpectedClaims(
  payload: Readonly<JWTPayload>,
  { issuer, audience }: Expected,
  now: number,
): boolean {
  const { iss, aud, iat, nbf, exp } = payload;
  return (
    isTime(iat) &&
    isTime(nbf) &&
    isTime(exp) &&
    (issuer === undefined || iss === issuer) &&
    (audience === undefined || aud === audience || (Array.isArray(aud) && aud.includes(audience))) &&
    (nbf === undefined || nbf <= now + CLOCK_SKEW_SECONDS)
  );
}

/** A signed claim may still be of any type. */
function isTime(claim: unknown): boolean {
  return claim === undefined || Number.isFinite(claim);
}

/** Converts the library's errors into refusals. Other errors stay faults. */
function refuse(error: unknown): never {
  if (error instanceof errors.JOSEError || error instanceof TypeError) {
    throw new AuthError("invalid_token", { cause: error });
  }
  throw error;
}
