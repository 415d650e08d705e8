import type { Email } from "../../domain/email.ts";
import type { FieldFault } from "../../domain/errors.ts";
import { newPasswordFaults, type PasswordPolicy, presentedPasswordFaults } from "../../domain/password.ts";
import { type LoginCommand, loginFaults } from "../login/login.ts";
import { type ReauthenticateCommand, reauthenticationFaults } from "../login/reauthenticate.ts";
import { invalidEmail, type NewAccountTexts, newAccountFaults } from "../users/new-account.ts";
import { type ChangePasswordCommand, passwordChangeFaults } from "./change-password.ts";
import { profileFaults, type UpdateProfileCommand } from "./update-profile.ts";

export interface FieldFaultsDeps {
  readonly parseEmail: (text: string) => Email | undefined;
  readonly passwordPolicy: PasswordPolicy;
}

/**
 * The faults of the fields of each call, by the rules of its use case. A request with a missing field, or one of the wrong
 * type, never reaches the use case; with these the answer still tells what is wrong with the other fields. Rules that need
 * the account are left out, since the caller is not authenticated yet.
 */
export interface FieldFaults {
  register(texts: NewAccountTexts): FieldFault[];
  login(texts: Pick<LoginCommand, "email" | "username" | "password">): FieldFault[];
  updateProfile(texts: Pick<UpdateProfileCommand, "username" | "email" | "password">): FieldFault[];
  changePassword(texts: Pick<ChangePasswordCommand, "currentPassword" | "newPassword">): FieldFault[];
  deleteAccount(texts: { readonly password?: string | undefined }): FieldFault[];
  reauthenticate(texts: Pick<ReauthenticateCommand, "password" | "code">): FieldFault[];
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
    reauthenticate: reauthenticationFaults,
    requestMail: ({ email }) => (deps.parseEmail(email) ? [] : [invalidEmail]),
    resetPassword: ({ newPassword }) => newPasswordFaults("new_password", newPassword, deps.passwordPolicy),
  };
}
