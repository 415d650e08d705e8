import { AuthError } from "../../domain/errors.ts";
import { usableFactors } from "../../domain/factors/factors.ts";
import type { User } from "../../domain/user.ts";
import { newToken, type OneTimeLinksDeps } from "../mail/one-time-links.ts";
import type { SecurityEvents } from "../ports/security-events.ts";

export interface LoginChallengeDeps
  extends Pick<OneTimeLinksDeps, "clock" | "ids" | "oneTimeTokens" | "linkSecrets"> {
  readonly events: SecurityEvents;
}

/**
 * Makes the challenge of a login that waits for its second factor. Like a mailed link it is valid for the account as `user`
 * was read, and dies with every step that ends sessions. Resolves to the refusal that carries it.
 */
export async function refusalWithChallenge(deps: LoginChallengeDeps, user: User): Promise<AuthError> {
  const token = await newToken(deps, "second_factor", user, { isMailed: false });
  deps.events.report({ type: "second_factor_required", userId: user.id });
  const secondFactor = { challenge: deps.linkSecrets.make(token), factors: usableFactors(user.factors) };
  return new AuthError("second_factor_required", { secondFactor });
}
