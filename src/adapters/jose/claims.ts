import type { JWTPayload } from "jose";
import { z } from "zod";
import { AuthError } from "../../domain/errors.ts";
import { CLOCK_SKEW_SECONDS } from "./verify.ts";

/** Seconds since 1970, within the range of a Date. */
export const seconds = z.int().nonnegative().max(8_640_000_000_000);

/** The claims of a verified token. @throws AuthError `invalid_token` if they do not match the schema */
export function genuineClaims<T extends { iat: number }>(
  schema: z.ZodType<T>,
  payload: Readonly<JWTPayload>,
  now: Date,
): T {
  const claims = schema.safeParse(payload);
  if (!claims.success || claims.data.iat > toSeconds(now) + CLOCK_SKEW_SECONDS) {
    throw new AuthError("invalid_token");
  }
  return claims.data;
}

export function toSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
