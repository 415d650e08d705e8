import { makeCancelEmailChange } from "../application/cancel-email-change.ts";
import { makeChangePassword } from "../application/change-password.ts";
import { makeCheckHealth } from "../application/check-health.ts";
import { makeCompleteRegistration } from "../application/complete-registration.ts";
import { makeConfirmAddress } from "../application/confirm-address.ts";
import { makeCreateUser } from "../application/create-user.ts";
import { makeDeleteAccount } from "../application/delete-account.ts";
import { makeDeleteUser } from "../application/delete-user.ts";
import { makeDeliverMails } from "../application/deliver-mails.ts";
import { makeDisableUser } from "../application/disable-user.ts";
import { makeEnableUser } from "../application/enable-user.ts";
import { makeEndAnySession } from "../application/end-any-session.ts";
import { makeEndOwnSession } from "../application/end-own-session.ts";
import { makeFieldFaults } from "../application/field-faults.ts";
import { makeIntrospect } from "../application/introspect.ts";
import { makeListEvents } from "../application/list-events.ts";
import { makeListSessions } from "../application/list-sessions.ts";
import { makeListUsers } from "../application/list-users.ts";
import { makeLogin } from "../application/login.ts";
import { makeLogout } from "../application/logout.ts";
import { makeLogoutEverywhere } from "../application/logout-everywhere.ts";
import { makeMakeResetLink } from "../application/make-reset-link.ts";
import { makeMe } from "../application/me.ts";
import { makeRefresh } from "../application/refresh.ts";
import { makeRegister } from "../application/register.ts";
import { makeForgotPassword, makeResendVerification } from "../application/request-mail.ts";
import { makeResetPassword } from "../application/reset-password.ts";
import { makeRevokeAccess } from "../application/revoke-access.ts";
import { makeRevokeRefresh } from "../application/revoke-refresh.ts";
import { makeRevokeToken } from "../application/revoke-token.ts";
import { makeSetPassword } from "../application/set-password.ts";
import { makeShowUser } from "../application/show-user.ts";
import { makeSignUp } from "../application/sign-up.ts";
import { makeSweep } from "../application/sweep.ts";
import { makeUnlockUser } from "../application/unlock-user.ts";
import { makeUpdateProfile } from "../application/update-profile.ts";
import { makeVerifyEmail } from "../application/verify-email.ts";
import { makeVerifyUser } from "../application/verify-user.ts";

/** The use cases that need nothing but their dependencies: a new one is a line here. */
export const useCases = {
  fieldFaults: makeFieldFaults,
  register: makeRegister,
  signUp: makeSignUp,
  login: makeLogin,
  me: makeMe,
  changePassword: makeChangePassword,
  deleteAccount: makeDeleteAccount,
  refresh: makeRefresh,
  revokeAccess: makeRevokeAccess,
  revokeRefresh: makeRevokeRefresh,
  logout: makeLogout,
  logoutEverywhere: makeLogoutEverywhere,
  listSessions: makeListSessions,
  endOwnSession: makeEndOwnSession,
  introspect: makeIntrospect,
  revokeToken: makeRevokeToken,
  checkHealth: makeCheckHealth,
  sweep: makeSweep,
  forgotPassword: makeForgotPassword,
  resetPassword: makeResetPassword,
  verifyEmail: makeVerifyEmail,
  completeRegistration: makeCompleteRegistration,
  confirmAddress: makeConfirmAddress,
  cancelEmailChange: makeCancelEmailChange,
  resendVerification: makeResendVerification,
  updateProfile: makeUpdateProfile,
  deliverMails: makeDeliverMails,
  makeResetLink: makeMakeResetLink,
  listEvents: makeListEvents,
  listUsers: makeListUsers,
  showUser: makeShowUser,
  createUser: makeCreateUser,
  disableUser: makeDisableUser,
  enableUser: makeEnableUser,
  setPassword: makeSetPassword,
  unlockUser: makeUnlockUser,
  verifyUser: makeVerifyUser,
  deleteUser: makeDeleteUser,
  endAnySession: makeEndAnySession,
};

type Make = (typeof useCases)[keyof typeof useCases];

/** All use cases, made. */
export type MadeUseCases = { readonly [K in keyof typeof useCases]: ReturnType<(typeof useCases)[K]> };

/** What the use cases ask for, taken together. */
export type Dependencies = Together<Parameters<Make>[0]>;

/** A & B & … of A | B | … */
type Together<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;
