import { AuthError } from "../domain/errors.ts";
import {
  newPasswordFaults,
  normalizedPassword,
  type PasswordPolicy,
  presentedPasswordFaults,
} from "../domain/password.ts";
import { type AccessCheckDeps, checkAccessToken } from "./check-token.ts";
import { type EndEpochDeps, endEpoch } from "./end-epoch.ts";
import type { Clock } from "./ports/clock.ts";
import type { PasswordHasher } from "./ports/password-hasher.ts";
import type { SecurityEvents } from "./ports/security-events.ts";

export interface ChangePasswordDeps extends AccessCheckDeps, EndEpochDeps {
  readonly clock: Clock;
  readonly hasher: PasswordHasher;
  readonly events: SecurityEvents;
  readonly passwordPolicy: PasswordPolicy;
}

export interface ChangePasswordCommand {
  readonly accessToken: string;
  readonly currentPassword: string;
  readonly newPassword: string;
}

/**
 * Changes the password and ends every session but the token's own. No session from a login with the old
 * password lives once this resolves to how many ended.
 * @throws AuthError `validation_failed`, `invalid_credentials`, `overloaded`; `invalid_token`,
 * `expired_token`, `revoked_token`
 */
export type ChangePassword = (command: ChangePasswordCommand) => Promise<number>;

export function makeChangePassword(deps: ChangePasswordDeps): ChangePassword {
  return async ({ accessToken, currentPassword, newPassword }) => {
    for (;;) {
      const now = deps.clock.now();
      const { claims, user } = await checkAccessToken(deps, accessToken, now);
      refuseUnfit(deps.passwordPolicy, currentPassword, newPassword);
      if (!(await deps.hasher.verify(user.passwordHash, normalizedPassword(currentPassword)))) {
        deps.events.report({ type: "password_refused", userId: user.id });
        throw new AuthError("invalid_credentials");
      }
      const passwordHash = await deps.hasher.hash(normalizedPassword(newPassword));
      const ended = await endEpoch(deps, user, now, { keptSession: claims.sessionId, passwordHash });
      // another change came first, of the password perhaps: all that was checked is checked again
      if (ended === undefined) continue;
      deps.events.report({ type: "password_changed", userId: user.id, sessionId: claims.sessionId });
      return ended;
    }
  };
}

function refuseUnfit(policy: PasswordPolicy, currentPassword: string, newPassword: string): void {
  const fields = [
    ...presentedPasswordFaults("current_password", currentPassword),
    ...newPasswordFaults("new_password", newPassword, policy),
  ];
  if (fields.length > 0) throw new AuthError("validation_failed", { fields });
}
