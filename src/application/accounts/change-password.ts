import { AuthError, type FieldFault } from "../../domain/errors.ts";
import { newPasswordFaults, type PasswordPolicy, presentedPasswordFaults } from "../../domain/password.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { User } from "../../domain/user.ts";
import type { HashRequest } from "../limits/hash-request.ts";
import type { Throttle } from "../limits/throttle.ts";
import { deviceKeyOf } from "../limits/throttle-keys.ts";
import { type ConfirmPasswordDeps, confirmChange } from "../login/confirm-password.ts";
import { type NoticeDeps, notify } from "../mail/send-later.ts";
import type { Clock } from "../ports/clock.ts";
import { type EndEpochDeps, endEpoch, removeEndedSessions } from "../sessions/end-epoch.ts";
import { type AccessCheckDeps, checkAccessToken } from "../tokens/check-token.ts";

export interface ChangePasswordDeps extends AccessCheckDeps, EndEpochDeps, ConfirmPasswordDeps, NoticeDeps {
  readonly clock: Clock;
  readonly throttle: Throttle;
  readonly passwordPolicy: PasswordPolicy;
}

export interface ChangePasswordCommand {
  readonly accessToken: string;
  /** May be left out if the token's user authenticated recently. */
  readonly currentPassword?: string | undefined;
  readonly newPassword: string;
  readonly client: { readonly ip: string };
  readonly signal?: HashRequest["signal"];
}

/**
 * Changes the password and ends every session except the token's own. Resolves to how many sessions it ended; by then no
 * session of a login with the old password is valid.
 * @throws AuthError `validation_failed`, `invalid_credentials`, `reauthentication_required`, `too_many_attempts`, `overloaded`; `invalid_token`,
 * `expired_token`, `revoked_token`
 */
export type ChangePassword = (command: ChangePasswordCommand) => Promise<number>;

export function makeChangePassword(deps: ChangePasswordDeps): ChangePassword {
  return ({ accessToken, currentPassword, newPassword, client, signal }) =>
    // checked at each attempt: the change that came first may have been one of the password
    untilApplied(async () => {
      const now = deps.clock.now();
      const live = await checkAccessToken(deps, accessToken, now);
      const { claims, user } = live;
      const fields = passwordChangeFaults(deps, { currentPassword, newPassword }, user);
      if (fields.length > 0) throw new AuthError("validation_failed", { fields });
      const from = { ip: client.ip, signal };
      const charge = () =>
        deps.throttle.change(
          user.id,
          currentPassword === undefined ? undefined : deviceKeyOf(claims.sessionId, user),
          now,
        );
      await confirmChange(deps, live, currentPassword, charge, { ...from, now });
      const passwordHash = await deps.hasher.hash(newPassword, { ...from, account: user.id });
      const keptSession = claims.sessionId;
      if (!(await endEpoch(deps, user, now, { keptSession, passwordHash }))) return false;
      deps.events.report({ type: "password_changed", userId: user.id, sessionId: claims.sessionId });
      await notify(deps, "password_changed", user);
      return removeEndedSessions(deps, user, now, keptSession);
    });
}

/** The faults of the two passwords that can be told without comparing hashes. */
export function passwordChangeFaults(
  { passwordPolicy }: Pick<ChangePasswordDeps, "passwordPolicy">,
  { currentPassword, newPassword }: Pick<ChangePasswordCommand, "currentPassword" | "newPassword">,
  owner?: User,
): FieldFault[] {
  return [
    ...presentedPasswordFaults("current_password", currentPassword),
    ...newPasswordFaults("new_password", newPassword, passwordPolicy, owner),
  ];
}
