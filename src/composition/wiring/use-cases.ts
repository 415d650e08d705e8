import { makeChangePassword } from "../../application/accounts/change-password.ts";
import { makeCompleteRegistration } from "../../application/accounts/complete-registration.ts";
import { makeConfirmAddress } from "../../application/accounts/confirm-address.ts";
import { makeDeleteAccount } from "../../application/accounts/delete-account.ts";
import { makeFieldFaults } from "../../application/accounts/field-faults.ts";
import { makeMe } from "../../application/accounts/me.ts";
import { makeRegister } from "../../application/accounts/register.ts";
import { makeSignUp } from "../../application/accounts/sign-up.ts";
import { makeUpdateProfile } from "../../application/accounts/update-profile.ts";
import { makeListEvents } from "../../application/audit/list-events.ts";
import { makeLogin } from "../../application/login/login.ts";
import { makeDeliverMails } from "../../application/mail/deliver-mails.ts";
import { makeCheckHealth } from "../../application/maintenance/check-health.ts";
import { makeSweep } from "../../application/maintenance/sweep.ts";
import { makeCreateUser } from "../../application/operators/create-user.ts";
import { makeDeleteUser } from "../../application/operators/delete-user.ts";
import { makeDisableUser } from "../../application/operators/disable-user.ts";
import { makeEnableUser } from "../../application/operators/enable-user.ts";
import { makeEndAnySession } from "../../application/operators/end-any-session.ts";
import { makeListUsers } from "../../application/operators/list-users.ts";
import { makeMakeResetLink } from "../../application/operators/make-reset-link.ts";
import { makeSetPassword } from "../../application/operators/set-password.ts";
import { makeShowUser } from "../../application/operators/show-user.ts";
import { makeUnlockUser } from "../../application/operators/unlock-user.ts";
import { makeVerifyUser } from "../../application/operators/verify-user.ts";
import { makeCancelEmailChange } from "../../application/recovery/cancel-email-change.ts";
import { makeForgotPassword } from "../../application/recovery/forgot-password.ts";
import { makeResendVerification } from "../../application/recovery/resend-verification.ts";
import { makeResetPassword } from "../../application/recovery/reset-password.ts";
import { makeVerifyEmail } from "../../application/recovery/verify-email.ts";
import { makeEndOwnSession } from "../../application/sessions/end-own-session.ts";
import { makeListSessions } from "../../application/sessions/list-sessions.ts";
import { makeLogout } from "../../application/sessions/logout.ts";
import { makeLogoutEverywhere } from "../../application/sessions/logout-everywhere.ts";
import { makeRefresh } from "../../application/sessions/refresh.ts";
import { makeRevokeAccess } from "../../application/sessions/revoke-access.ts";
import { makeRevokeRefresh } from "../../application/sessions/revoke-refresh.ts";
import { makeRevokeToken } from "../../application/sessions/revoke-token.ts";
import { makeIntrospect } from "../../application/tokens/introspect.ts";

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
