import { AuthError } from "../../domain/errors.ts";
import { presentedPasswordFaults } from "../../domain/password.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { HashRequest } from "../limits/hash-request.ts";
import { noCharge, type Throttle } from "../limits/throttle.ts";
import { deviceKeyOf } from "../limits/throttle-keys.ts";
import { type ConfirmPasswordDeps, confirmPassword } from "../login/confirm-password.ts";
import type { Clock } from "../ports/clock.ts";
import { type AccessCheckDeps, checkAccessToken } from "../tokens/check-token.ts";
import { type RemoveAccountDeps, removeAccount } from "./remove-account.ts";

export interface DeleteAccountDeps extends AccessCheckDeps, ConfirmPasswordDeps, RemoveAccountDeps {
  readonly clock: Clock;
  readonly throttle: Throttle;
}

export interface DeleteAccountCommand {
  readonly accessToken: string;
  readonly password: string;
  readonly client: { readonly ip: string };
  readonly signal?: HashRequest["signal"];
}

/**
 * Removes the account of the token's user, and with it every session; its name and address are free again.
 * @throws AuthError `validation_failed`, `invalid_credentials`, `too_many_attempts`, `overloaded`; `invalid_token`,
 * `expired_token`, `revoked_token`
 */
export type DeleteAccount = (command: DeleteAccountCommand) => Promise<void>;

export function makeDeleteAccount(deps: DeleteAccountDeps): DeleteAccount {
  return async ({ accessToken, password, client, signal }) => {
    // checked at each attempt: the change that came first may have been one of the password
    await untilApplied(async () => {
      const now = deps.clock.now();
      const { user, claims } = await checkAccessToken(deps, accessToken, now);
      const fields = presentedPasswordFaults("password", password);
      if (fields.length > 0) throw new AuthError("validation_failed", { fields });
      const attempt = await deps.throttle.device(deviceKeyOf(claims.sessionId, user), now);
      const admission = { password: attempt, change: noCharge };
      await confirmPassword(deps, user, password, admission, { ip: client.ip, signal });
      return removeAccount(deps, user, "its_user");
    });
  };
}
