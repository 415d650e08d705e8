import { AuthError } from "../domain/errors.ts";
import type { LiveAccess } from "./check-token.ts";
import type { GatedHasher } from "./hashing-gate.ts";
import type { Turn } from "./hashing-turn.ts";
import type { SecurityEvents } from "./ports/security-events.ts";
import { refundedOnFault, type Throttle } from "./throttle.ts";

export interface ConfirmPasswordDeps {
  readonly hasher: GatedHasher;
  readonly throttle: Throttle;
  readonly events: SecurityEvents;
}

/**
 * Lets through who is logged in and knows the password as well.
 * @throws AuthError `invalid_credentials`, `too_many_attempts`, `overloaded`
 */
export async function confirmPassword(
  deps: ConfirmPasswordDeps,
  { user, claims }: LiveAccess,
  password: string,
  now: Date,
  from: Pick<Turn, "ip" | "isGone">,
): Promise<void> {
  const admission = await deps.throttle.device(claims.sessionId, now);
  const turn = { ...from, account: user.id };
  const matches = await refundedOnFault(admission, deps.hasher.verify(user.passwordHash, password, turn));
  if (matches) return admission.refund();
  deps.events.report({ type: "password_refused", userId: user.id });
  throw new AuthError("invalid_credentials");
}
