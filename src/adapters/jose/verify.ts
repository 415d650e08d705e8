import { type CryptoKey, errors, type JWTPayload } from "jose";
import { AuthError } from "../../domain/errors.ts";
import { canonicalHeader, payloadOf } from "./canonical.ts";
import { mustBeSigned } from "./verified-signatures.ts";

/** What a token must be, whatever it says of itself. */
export interface Expected {
  readonly algorithm: string;
  readonly typ: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly now: Date;
  readonly evenExpired: boolean;
}

/** The key for a `kid`, or `undefined` where no token of that `kid` is genuine. */
export type FindKey = (kid: string | undefined) => Promise<CryptoKey | Uint8Array | undefined>;

export const CLOCK_SKEW_SECONDS = 5;

/**
 * The payload of a genuine token: spelling, type, signature, issuer, audience and times, the expiry last: of a token
 * that is said to be expired, all else is right.
 * @throws AuthError `invalid_token` or `expired_token`
 */
export async function verifyJws(token: string, expected: Expected, findKey: FindKey): Promise<JWTPayload> {
  const header = canonicalHeader(token);
  if (header?.alg !== expected.algorithm || header.typ !== expected.typ) throw new AuthError("invalid_token");
  const { kid } = header;
  const key = kid === undefined || typeof kid === "string" ? await findKey(kid) : undefined;
  if (key === undefined) throw new AuthError("invalid_token");
  try {
    await mustBeSigned(token, key, expected.algorithm);
  } catch (error) {
    throw refusal(error);
  }
  const payload = payloadOf(token);
  if (payload === undefined) {
    throw new AuthError("invalid_token", { cause: new errors.JWTInvalid("The payload is no JSON object") });
  }
  const now = Math.floor(expected.now.getTime() / 1_000);
  if (!isMeant(payload, expected, now)) throw new AuthError("invalid_token");
  const isExpired = payload.exp !== undefined && payload.exp <= now - CLOCK_SKEW_SECONDS;
  if (isExpired && !expected.evenExpired) throw new AuthError("expired_token");
  return payload;
}

/** Whether issuer, audience and times are what they must be, but for the expiry (RFC 7519, section 4.1). */
function isMeant(payload: JWTPayload, { issuer, audience }: Expected, now: number): boolean {
  const { iss, aud, nbf } = payload;
  return (
    [payload.iat, nbf, payload.exp].every((time) => time === undefined || Number.isFinite(time)) &&
    (issuer === undefined || iss === issuer) &&
    (audience === undefined || [aud].flat().includes(audience)) &&
    (nbf === undefined || nbf <= now + CLOCK_SKEW_SECONDS)
  );
}

/** What the library says of a token is a refusal; whatever else went wrong stays a fault. */
function refusal(error: unknown): unknown {
  if (error instanceof errors.JOSEError || error instanceof TypeError) {
    return new AuthError("invalid_token", { cause: error });
  }
  return error;
}
