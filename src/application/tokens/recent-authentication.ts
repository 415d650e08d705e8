import { isRecent, TWO_FACTORS } from "../../domain/authentication.ts";
import { AuthError } from "../../domain/errors.ts";
import { hasSecondFactor } from "../../domain/factors/factors.ts";
import type { LiveAccess } from "./check-token.ts";

/**
 * Checks that the token's user authenticated recently: with the second factor, if the account has one.
 * @throws AuthError `reauthentication_required`
 */
export function assertRecent(live: LiveAccess, now: Date): void {
  if (!isRecent(live.claims, now) || lacksFactor(live)) throw needsAuthentication(live);
}

/** True if the account has a second factor, and the token's user authenticated without one. */
function lacksFactor({ claims, user }: LiveAccess): boolean {
  return hasSecondFactor(user.factors) && claims.acr !== TWO_FACTORS;
}

/** The refusal that says which authentication is needed. */
export function needsAuthentication({ user }: Pick<LiveAccess, "user">): AuthError {
  return new AuthError("reauthentication_required", { isFactorNeeded: hasSecondFactor(user.factors) });
}
