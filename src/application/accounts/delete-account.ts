import { AuthError } from "../../domain/errors.ts";
import { presentedPasswordFaults } from "../../domain/password.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import { noCharge } from "../limits/admission.ts";
import type { HashRequest } from "../limits/hash-request.ts";
import type { Throttle } from "../limits/throttle.ts";
import { deviceKeyOf } from "../limits/throttle-keys.ts";
import { type ConfirmPasswordDeps, confirmChange } from "../login/confirm-password.ts";
import type { Clock } from "../ports/clock.ts";
import { type AccessCheckDeps, checkAccessToken } from "../tokens/check-token.ts";
import { type RemoveAccountDeps, removeAccount } from "./remove-account.ts";

export interface DeleteAccountDeps extends AccessCheckDeps, ConfirmPasswordDeps, RemoveAccountDeps {
  readonly clock: Clock;
  readonly throttle: Throttle;
}

export interface DeleteAccountCommand {
  readonly accessToken: string;
  /** May be left out if the token's user authenticated recently. */
  readonly password?: string | undefined;
  readonly client: { readonly ip: string };
  readonly signal?: HashRequest["signal"];
}

/**
 * Removes the account of the token's user, and with it every session; its name and address are free again.
 * @throws AuthError `validation_failed`, `invalid_credentials`, `reauthentication_required`, `too_many_attempts`, `overloaded`; `invalid_token`,
 * `expired_token`, `revoked_token`
 */
export type DeleteAccount = (command: DeleteAccountCommand) => Promise<void>;

export function makeDeleteAccount(deps: DeleteAccountDeps): DeleteAccount {
  return async ({ accessToken, password, client, signal }) => {
    // checked at each attempt: the change that came first may have been one of the password
    await untilApplied(async () => {
      const now = deps.clock.now();
      const live = await checkAccessToken(deps, accessToken, now);
      const { user, claims } = live;
      const fields = presentedPasswordFaults("password", password);
      if (fields.length > 0) throw new AuthError("validation_failed", { fields });
      const charge = async () => ({
        password:
          password === undefined
            ? noCharge
            : await deps.throttle.device(deviceKeyOf(claims.sessionId, user), now),
        change: noCharge,
      });
      await confirmChange(deps, live, password, charge, { ip: client.ip, signal, now });
      return removeAccount(deps, user, "its_user");
    });
  };
}
