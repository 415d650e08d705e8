import { AuthError } from "../../domain/errors.ts";
import type { User } from "../../domain/user.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { FindAccountDeps } from "../users/find-account.ts";
import { applyToAccount } from "./apply-to-account.ts";

export interface VerifyUserDeps extends FindAccountDeps {
  readonly events: SecurityEvents;
}

export interface VerifiedUser {
  readonly user: User;
  /** Whether the address was already verified, so that nothing was done. */
  readonly alreadyApplied: boolean;
}

/**
 * Marks the address of an account as verified, on an operator's word. Sessions and links stay valid.
 * @throws AuthError `not_found`, also if the address was changed meanwhile
 */
export type VerifyUser = (who: string) => Promise<VerifiedUser>;

export function makeVerifyUser(deps: VerifyUserDeps): VerifyUser {
  return (who) => {
    let address: string | undefined;
    return applyToAccount(deps, who, async (user) => {
      address ??= user.email.canonical;
      if (user.email.canonical !== address) throw new AuthError("not_found");
      if (user.emailVerified) return { user, alreadyApplied: true };
      if (!(await deps.users.rename(user, { emailVerified: true }))) return false;
      deps.events.report({ type: "user_verified", userId: user.id });
      return { user: { ...user, emailVerified: true }, alreadyApplied: false };
    });
  };
}
