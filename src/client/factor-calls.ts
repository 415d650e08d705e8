import type { Factors, NewTotp, RecoveryCodes, TotpConfirmation } from "./factor-answers.ts";
import type { InTime } from "./in-time.ts";
import type { Keeper } from "./keeper.ts";
import { bearer } from "./wire.ts";

/** Calls that list and change the second factors of the user's account. */
export function factorCalls(inTime: InTime, keeper: Keeper) {
  const asUser = <T>(request: string, json?: object) =>
    inTime((wire) =>
      keeper.withAccess((token) => wire<T>(request, { authorization: bearer(token), ...(json && { json }) })),
    );

  return {
    listFactors: (): Promise<Factors> => asUser("GET /api/factors"),

    /** Gets the secret for an authenticator. `confirmTotp` with its first code sets it up. */
    beginTotp: (): Promise<NewTotp> => asUser("POST /api/factors/totp"),

    /** Sets up the authenticator. The recovery codes are not shown again. */
    confirmTotp: (confirmation: TotpConfirmation): Promise<RecoveryCodes> =>
      asUser("POST /api/factors/totp/confirm", confirmation),

    /** Removes the authenticator and the recovery codes. */
    removeTotp: (): Promise<void> => asUser("DELETE /api/factors/totp"),

    /** Gets ten new recovery codes; the former ones are void. */
    renewRecoveryCodes: (): Promise<RecoveryCodes> => asUser("POST /api/factors/recovery-codes"),
  };
}
