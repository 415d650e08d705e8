import { AuthError } from "../../domain/errors.ts";
import type { User } from "../../domain/user.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { type FindAccountDeps, findAccount } from "../users/find-account.ts";

export interface VerifyUserDeps extends FindAccountDeps {
  readonly events: SecurityEvents;
}

export interface VerifiedUser {
  readonly user: User;
  /** Whether the address was verified already, and nothing was done. */
  readonly alreadyApplied: boolean;
}

/**
 * Takes an operator's word that mail to the account's address arrives. Sessions and links stay.
 * @throws AuthError `not_found`, also where the account has got another address meanwhile
 */
export type VerifyUser = (who: string) => Promise<VerifiedUser>;

export function makeVerifyUser(deps: VerifyUserDeps): VerifyUser {
  return async (who) => {
    const found = await findAccount(deps, who);
    for (let user = found; ; user = await findAccount(deps, found.id)) {
      if (user.email.canonical !== found.email.canonical) throw new AuthError("not_found");
      if (user.emailVerified) return { user, alreadyApplied: true };
      if (await deps.users.rename(user, { emailVerified: true })) {
        deps.events.report({ type: "user_verified", userId: user.id });
        return { user: { ...user, emailVerified: true }, alreadyApplied: false };
      }
    }
  };
}
