import type { JWTPayload } from "jose";
import { z } from "zod";
import { AuthError } from "../../domain/errors.ts";
import { CLOCK_SKEW_SECONDS } from "./verify.ts";

/** Seconds since 1970, within the range of a Date. */
export const seconds = z.int().nonnegative().max(8_640_000_000_000);

/**
 * Makes the reader of a verified token's claims. A payload is parsed once, since verified tokens are cached with
 * theirs; whether it was issued by `now` is checked each time.
 * @throws AuthError (the reader) `invalid_token` if the claims do not match the schema
 */
export function claimsReader<T extends { iat: number }>(schema: z.ZodType<T>) {
  const read = new WeakMap<Readonly<JWTPayload>, T>();
  return (payload: Readonly<JWTPayload>, now: Date): T => {
    let claims = read.get(payload);
    if (claims === undefined) {
      claims = schema.safeParse(payload).data;
      if (claims === undefined) throw new AuthError("invalid_token");
      read.set(payload, claims);
    }
    if (claims.iat > toSeconds(now) + CLOCK_SKEW_SECONDS) throw new AuthError("invalid_token");
    return claims;
  };
}

export function toSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
