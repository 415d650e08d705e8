import { type CryptoKey, errors, type JWTPayload, jwtVerify } from "jose";
import { AuthError } from "../../domain/errors.ts";
import { canonicalHeader } from "./canonical.ts";

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
 * The payload of a genuine token: spelling, type, signature, issuer, audience and times.
 * @throws AuthError `invalid_token` or `expired_token`
 */
export async function verifyJws(token: string, expected: Expected, findKey: FindKey): Promise<JWTPayload> {
  const { algorithm, now, evenExpired, ...claims } = expected;
  // the library compares media types in any case and with or without "application/"
  const header = canonicalHeader(token);
  if (header === undefined || header.typ !== expected.typ) throw new AuthError("invalid_token");
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        const key = await findKey(kid);
        if (key === undefined) throw new errors.JWKSNoMatchingKey();
        return key;
      },
      { ...claims, algorithms: [algorithm], currentDate: now, clockTolerance: CLOCK_SKEW_SECONDS },
    );
    return payload;
  } catch (error) {
    // the library looks at the expiry last: all else about the token was right
    if (error instanceof errors.JWTExpired && evenExpired) return error.payload;
    throw refusal(error);
  }
}

/** What the library says of a token is a refusal; whatever else went wrong, storage say, stays a fault. */
function refusal(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return new AuthError("expired_token");
  if (error instanceof errors.JOSEError || error instanceof TypeError) {
    return new AuthError("invalid_token", { cause: error });
  }
  return error;
}
