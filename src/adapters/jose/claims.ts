import type { JWTPayload } from "jose";
import { z } from "zod";
import { AuthError } from "../../domain/errors.ts";
import { CLOCK_SKEW_SECONDS } from "./verify.ts";

/** Seconds that a Date can hold. */
export const seconds = z.int().nonnegative().max(8_640_000_000_000);

/** The claims of a verified token. @throws AuthError `invalid_token` where they are not what the schema says */
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
