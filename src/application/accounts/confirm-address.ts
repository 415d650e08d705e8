import type { RegistrationSeal } from "../ports/registration-seal.ts";
import type { VerifyEmail } from "../recovery/verify-email.ts";
import type { CompleteRegistration } from "./complete-registration.ts";

export interface ConfirmAddressDeps {
  readonly verifyEmail: VerifyEmail;
  readonly completeRegistration: CompleteRegistration;
  readonly registrationSeal: RegistrationSeal;
}

/** Follows a link that verifies an address: that of an account, a new one of an account, or that of a registration. */
export function makeConfirmAddress(deps: ConfirmAddressDeps): VerifyEmail {
  return (command) =>
    deps.registrationSeal.isSealed(command.token)
      ? deps.completeRegistration(command)
      : deps.verifyEmail(command);
}
