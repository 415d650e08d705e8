import type { RegistrationSeal } from "../ports/registration-seal.ts";
import type { VerifyEmail } from "../recovery/verify-email.ts";
import type { CompleteRegistration } from "./complete-registration.ts";

export interface ConfirmAddressDeps {
  readonly verifyEmail: VerifyEmail;
  readonly completeRegistration: CompleteRegistration;
  readonly registrationSeal: RegistrationSeal;
}

/** Confirms the address of an account, a new address of one, or that of an account that is made by this: by the link. */
export function makeConfirmAddress(deps: ConfirmAddressDeps): VerifyEmail {
  return (command) =>
    deps.registrationSeal.isSealed(command.token)
      ? deps.completeRegistration(command)
      : deps.verifyEmail(command);
}
