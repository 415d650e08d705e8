import { isRecent } from "../../domain/authentication.ts";
import { AuthError } from "../../domain/errors.ts";
import { hasSecondFactor, usedSecondFactor } from "../../domain/factors/factors.ts";
import type { User } from "../../domain/user.ts";
import type { LiveAccess } from "./check-token.ts";

/**
 * Checks that the token's user authenticated recently: with the second factor, if the account has one.
 * @throws AuthError `reauthentication_required`
 */
export function assertRecent({ claims, user }: LiveAccess, now: Date): void {
  const isEnough = !hasSecondFactor(user.factors) || usedSecondFactor(claims, user.factors);
  if (!isRecent(claims, now) || !isEnough) throw reauthenticationRequired(user);
}

/** The refusal that says whether the second factor is needed. */
export function reauthenticationRequired({ factors }: Pick<User, "factors">): AuthError {
  return new AuthError("reauthentication_required", { isFactorNeeded: hasSecondFactor(factors) });
}
