import { AuthError } from "../../domain/errors.ts";
import type { User } from "../../domain/user.ts";
import type { HashRequest } from "../limits/hash-request.ts";
import type { GatedHasher } from "../limits/hashing-gate.ts";
import { type ChangeAdmission, refundedOnFault, together } from "../limits/throttle.ts";
import type { SecurityEvents } from "../ports/security-events.ts";

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
