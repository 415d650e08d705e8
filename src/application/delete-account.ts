import { AuthError } from "../domain/errors.ts";
import { normalizedPassword, presentedPasswordFaults } from "../domain/password.ts";
import { type AccessCheckDeps, checkAccessToken } from "./check-token.ts";
import type { Clock } from "./ports/clock.ts";
import type { PasswordHasher } from "./ports/password-hasher.ts";
import type { SecurityEvents } from "./ports/security-events.ts";
import type { SessionRepository } from "./ports/sessions.ts";

export interface DeleteAccountDeps extends AccessCheckDeps {
  readonly clock: Clock;
  readonly sessions: SessionRepository;
  readonly hasher: PasswordHasher;
  readonly events: SecurityEvents;
}

/**
 * Removes the account of the token's user, and with it every session; name and address are free again.
 * @throws AuthError `validation_failed`, `invalid_credentials`, `overloaded`; `invalid_token`, `expired_token`, `revoked_token`
 */
export type DeleteAccount = (accessToken: string, password: string) => Promise<void>;

export function makeDeleteAccount(deps: DeleteAccountDeps): DeleteAccount {
  return async (accessToken, password) => {
    for (;;) {
      const { user } = await checkAccessToken(deps, accessToken, deps.clock.now());
      const fields = presentedPasswordFaults("password", password);
      if (fields.length > 0) throw new AuthError("validation_failed", { fields });
      if (!(await deps.hasher.verify(user.passwordHash, normalizedPassword(password)))) {
        deps.events.report({ type: "password_refused", userId: user.id });
        throw new AuthError("invalid_credentials");
      }
      // another change came first, of the password perhaps: all that was checked is checked again
      if (!(await deps.users.remove(user.id, user.epoch))) continue;
      await deps.sessions.removeEarlier(user.id, Number.MAX_SAFE_INTEGER, undefined);
      deps.events.report({ type: "account_deleted", userId: user.id });
      return;
    }
  };
}
