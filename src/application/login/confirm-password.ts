import { AuthError } from "../../domain/errors.ts";
import { hasSecondFactor } from "../../domain/factors/factors.ts";
import type { User } from "../../domain/user.ts";
import { type Admission, refundedOnFault, together } from "../limits/admission.ts";
import type { HashRequest } from "../limits/hash-request.ts";
import type { GatedHasher } from "../limits/hashing-gate.ts";
import type { ChangeAdmission } from "../limits/throttle.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { LiveAccess } from "../tokens/check-token.ts";
import { assertRecent } from "../tokens/recent-authentication.ts";

export interface ConfirmPasswordDeps {
  readonly hasher: GatedHasher;
  readonly events: SecurityEvents;
}

/**
 * Checks the password that a logged-in user presents for a change. A correct password refunds the charge of the password,
 * a wrong one that of the change.
 * @throws AuthError `invalid_credentials`, `overloaded`
 */
export async function confirmPassword(
  deps: ConfirmPasswordDeps,
  user: User,
  password: string,
  { change, password: attempt }: ChangeAdmission,
  from: Pick<HashRequest, "ip" | "signal">,
): Promise<void> {
  const request = { ...from, account: user.id };
  const matches = await refundedOnFault(together(change, attempt), () =>
    deps.hasher.verify(user.passwordHash, password, request),
  );
  if (matches) return attempt.refund();
  await change.refund();
  deps.events.report({ type: "password_refused", userId: user.id });
  throw new AuthError("invalid_credentials");
}

/**
 * Confirms that a change is its user's: by the password, or if none is presented, by the token's recent authentication. For an
 * account with a second factor the password does not replace the recent authentication with that factor.
 * Resolves to the charge of the change.
 * @throws AuthError `reauthentication_required`, `invalid_credentials`, `too_many_attempts`, `overloaded`
 */
export async function confirmChange(
  deps: ConfirmPasswordDeps,
  live: LiveAccess,
  password: string | undefined,
  charge: () => Promise<ChangeAdmission>,
  { now, ...from }: Pick<HashRequest, "ip" | "signal"> & { readonly now: Date },
): Promise<Admission> {
  const { user } = live;
  if (password === undefined || hasSecondFactor(user.factors)) assertRecent(live, now);
  // charged before the password is checked, which costs a hash; a wrong password refunds the change
  const admission = await charge();
  if (password !== undefined) await confirmPassword(deps, user, password, admission, from);
  return admission.change;
}
