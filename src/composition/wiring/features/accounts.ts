import { makeChangePassword } from "../../../application/accounts/change-password.ts";
import { makeCompleteRegistration } from "../../../application/accounts/complete-registration.ts";
import { makeConfirmAddress } from "../../../application/accounts/confirm-address.ts";
import { makeDeleteAccount } from "../../../application/accounts/delete-account.ts";
import { makeFieldFaults } from "../../../application/accounts/field-faults.ts";
import { makeMe } from "../../../application/accounts/me.ts";
import { makeRegister } from "../../../application/accounts/register.ts";
import { makeSignUp } from "../../../application/accounts/sign-up.ts";
import { makeUpdateProfile } from "../../../application/accounts/update-profile.ts";
import type { Factories, Made } from "../container.ts";
import { reachesReaders } from "../mail.ts";
import type { LimitParts } from "./limits.ts";
import type { LoginParts } from "./login.ts";
import type { MailParts } from "./mail.ts";
import type { RecoveryParts } from "./recovery.ts";
import type { Opened, Shared } from "./shared.ts";
import type { TokenParts } from "./tokens.ts";

const useCases = {
  fieldFaults: makeFieldFaults,
  register: makeRegister,
  signUp: makeSignUp,
  me: makeMe,
  changePassword: makeChangePassword,
  deleteAccount: makeDeleteAccount,
  completeRegistration: makeCompleteRegistration,
  confirmAddress: makeConfirmAddress,
  updateProfile: makeUpdateProfile,
};

export interface AccountParts extends Made<typeof useCases> {
  readonly registrationOpen: boolean;
  readonly registrationHidden: boolean;
  readonly asksToVerify: boolean;
}

type On = Shared & LimitParts & TokenParts & MailParts & LoginParts & RecoveryParts;

export function accounts({ config }: Pick<Opened, "config">): Factories<AccountParts, On> {
  return {
    registrationOpen: () => config.REGISTRATION === "open",
    registrationHidden: () => config.REGISTRATION_ANSWER === "same",
    asksToVerify: () => config.REQUIRE_VERIFIED_EMAIL || reachesReaders(config),
    ...useCases,
  };
}
