import type { Email } from "../../domain/email.ts";
import type { FieldFault } from "../../domain/errors.ts";
import { newPasswordFaults, type PasswordPolicy, presentedPasswordFaults } from "../../domain/password.ts";
import { type LoginCommand, loginFaults } from "../login/login.ts";
import { invalidEmail, type NewAccountTexts, newAccountFaults } from "../users/new-account.ts";
import { type ChangePasswordCommand, passwordChangeFaults } from "./change-password.ts";
import { profileFaults, type UpdateProfileCommand } from "./update-profile.ts";

export interface FieldFaultsDeps {
  readonly parseEmail: (text: string) => Email | undefined;
  readonly passwordPolicy: PasswordPolicy;
}

/**
 * What the rules say of the fields of a call. The use cases refuse by the same rules; this is for requests that no
 * use case sees because some field is missing or of the wrong type, so that the answer tells what is wrong with
 * the other fields, too. Rules that need the account are left out: nobody has shown yet whose it is.
 */
export interface FieldFaults {
  register(texts: NewAccountTexts): FieldFault[];
  login(texts: Pick<LoginCommand, "email" | "username" | "password">): FieldFault[];
  updateProfile(texts: Pick<UpdateProfileCommand, "username" | "email" | "password">): FieldFault[];
  changePassword(texts: Pick<ChangePasswordCommand, "currentPassword" | "newPassword">): FieldFault[];
  deleteAccount(texts: { readonly password: string }): FieldFault[];
  requestMail(texts: { readonly email: string }): FieldFault[];
  resetPassword(texts: { readonly newPassword: string }): FieldFault[];
}

export function makeFieldFaults(deps: FieldFaultsDeps): FieldFaults {
  return {
    register: (texts) => newAccountFaults(deps, texts),
    login: loginFaults,
    updateProfile: (texts) => profileFaults(deps, texts),
    changePassword: (texts) => passwordChangeFaults(deps, texts),
    deleteAccount: ({ password }) => presentedPasswordFaults("password", password),
    requestMail: ({ email }) => (deps.parseEmail(email) ? [] : [invalidEmail]),
    resetPassword: ({ newPassword }) => newPasswordFaults("new_password", newPassword, deps.passwordPolicy),
  };
}
