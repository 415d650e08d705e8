import type { OperatorUseCases } from "../adapters/cli/program.ts";
import { legacyTokens } from "../adapters/jose/legacy-tokens.ts";
import { makeTokens } from "../adapters/jose/tokens.ts";
import type { UseCases } from "../adapters/koa/app.ts";
import { keyedLinkSecrets } from "../adapters/node/link-secrets.ts";
import { platformEmailRules, randomIds, systemClock } from "../adapters/node/platform.ts";
import { keyedHasher } from "../adapters/node/secret-key.ts";
import type { ChangeAccountDeps } from "../application/change-account.ts";
import { type ChangePasswordDeps, makeChangePassword } from "../application/change-password.ts";
import { type CreateUserDeps, makeCreateUser } from "../application/create-user.ts";
import { type DeleteAccountDeps, makeDeleteAccount } from "../application/delete-account.ts";
import { type DeleteUserDeps, makeDeleteUser } from "../application/delete-user.ts";
import { type DeliverMails, type DeliverMailsDeps, makeDeliverMails } from "../application/deliver-mails.ts";
import { makeDisableUser } from "../application/disable-user.ts";
import { makeEnableUser } from "../application/enable-user.ts";
import { type EndAnySessionDeps, makeEndAnySession } from "../application/end-any-session.ts";
import { type EndOwnSessionDeps, makeEndOwnSession } from "../application/end-own-session.ts";
import type { GatedHasher } from "../application/hashing-gate.ts";
import { type IntrospectDeps, makeIntrospect } from "../application/introspect.ts";
import { type ListSessionsDeps, makeListSessions } from "../application/list-sessions.ts";
import { type ListUsersDeps, makeListUsers } from "../application/list-users.ts";
import { type LoginDeps, makeLogin } from "../application/login.ts";
import { type LogoutDeps, makeLogout } from "../application/logout.ts";
import { type LogoutEverywhereDeps, makeLogoutEverywhere } from "../application/logout-everywhere.ts";
import { type MakeResetLinkDeps, makeMakeResetLink } from "../application/make-reset-link.ts";
import { type MeDeps, makeMe } from "../application/me.ts";
import type { MailTemplates } from "../application/ports/mail-templates.ts";
import type { Mailer } from "../application/ports/mailer.ts";
import type { TokenIssuer, TokenVerifier } from "../application/ports/tokens.ts";
import { makeRefresh, type RefreshDeps } from "../application/refresh.ts";
import { makeRegister, type RegisterDeps } from "../application/register.ts";
import {
  makeForgotPassword,
  makeResendVerification,
  type RequestMailDeps,
} from "../application/request-mail.ts";
import { makeResetPassword, type ResetPasswordDeps } from "../application/reset-password.ts";
import { makeRevokeAccess, type RevokeAccessDeps } from "../application/revoke-access.ts";
import { makeRevokeRefresh, type RevokeRefreshDeps } from "../application/revoke-refresh.ts";
import { makeRevokeToken } from "../application/revoke-token.ts";
import { makeSetPassword, type SetPasswordDeps } from "../application/set-password.ts";
import { makeShowUser, type ShowUserDeps } from "../application/show-user.ts";
import { makeSweep, type Sweep, type SweepDeps } from "../application/sweep.ts";
import { makeThrottle, noThrottle, type ThrottleDeps } from "../application/throttle.ts";
import { makeUpdateProfile, type UpdateProfileDeps } from "../application/update-profile.ts";
import { makeVerifyEmail, type VerifyEmailDeps } from "../application/verify-email.ts";
import { type LegacyTokensDeps, withLegacyTokens } from "../application/with-legacy-tokens.ts";
import type { Config } from "./config.ts";
import type { Factories } from "./container.ts";
import { linkInto, noticesOf } from "./links.ts";
import type { Foundation } from "./open.ts";
import { keysFor } from "./secrets.ts";
import { throttleLimits } from "./throttle-limits.ts";

/** What had to be opened before anything can be wired. */
export interface Opened extends Pick<Foundation, "secrets" | "storage"> {
  readonly config: Config;
  readonly hasher: GatedHasher;
  /** Whether a password is too common, where that is asked. */
  readonly isCommon?: ((password: string) => boolean) | undefined;
  readonly keys: Pick<Foundation["keys"], "accessKeys">;
  readonly log: Pick<Foundation["log"], "events">;
  readonly mail: { readonly mailer: Mailer; readonly templates: MailTemplates };
}

type Dependencies = RegisterDeps &
  LoginDeps &
  RefreshDeps &
  RevokeAccessDeps &
  RevokeRefreshDeps &
  LogoutDeps &
  LogoutEverywhereDeps &
  ListSessionsDeps &
  EndOwnSessionDeps &
  ChangePasswordDeps &
  DeleteAccountDeps &
  IntrospectDeps &
  ListUsersDeps &
  MakeResetLinkDeps &
  RequestMailDeps &
  ResetPasswordDeps &
  VerifyEmailDeps &
  UpdateProfileDeps &
  DeliverMailsDeps &
  ShowUserDeps &
  CreateUserDeps &
  ChangeAccountDeps &
  SetPasswordDeps &
  DeleteUserDeps &
  EndAnySessionDeps &
  SweepDeps &
  ThrottleDeps &
  MeDeps;

/** Everything that is wired: the use cases and what they ask for. */
export interface Bindings extends UseCases, OperatorUseCases, Dependencies {
  readonly tokens: TokenIssuer & TokenVerifier;
  readonly sweep: Sweep;
  readonly deliverMails: DeliverMails;
}

/** The one place that says what stands behind each port and setting. A new use case is a line here. */
export function bindings({
  config,
  secrets,
  storage,
  hasher,
  keys,
  log,
  mail,
  isCommon,
}: Opened): Factories<Bindings> {
  const { accessKeys } = keys;
  return {
    clock: () => systemClock,
    ids: () => randomIds,
    users: () => storage.users,
    sessions: () => storage.sessions,
    revocations: () => storage.revocations,
    settings: () => storage.settings,
    hasher: () => hasher,
    events: () => log.events,
    tokens: () =>
      makeTokens({ issuer: config.ISSUER, accessKeys, refreshKeys: keysFor("refresh-tokens", secrets) }),
    issuer: (all) => all.tokens,
    verifier: (all) => withLegacy(config, all),
    parseEmail: () => platformEmailRules.parseEmail,
    canonicalEmail: () => platformEmailRules.canonicalEmail,
    attempts: () => storage.attempts,
    oneTimeTokens: () => storage.oneTimeTokens,
    outbox: () => storage.outbox,
    mailer: () => mail.mailer,
    mailTemplates: () => mail.templates,
    asksToVerify: () => config.SMTP_URL !== undefined,
    verifiedEmailRequired: () => config.REQUIRE_VERIFIED_EMAIL,
    notices: () => noticesOf(config),
    linkSecrets: () => keyedLinkSecrets(keysFor("mailed-links", secrets)),
    linkTo: () => (purpose, secret) => linkInto(config, purpose, secret),
    keyedHash: () => keyedHasher(keysFor("throttle", secrets)[0]),
    limits: () => throttleLimits(config),
    throttle: config.LOGIN_THROTTLE === "on" ? makeThrottle : () => noThrottle,
    passwordPolicy: () => ({ minLength: config.PASSWORD_MIN_LENGTH, isCommon }),
    registrationOpen: () => config.REGISTRATION === "open",
    accessTokenTtlMs: () => config.ACCESS_TOKEN_TTL,
    refreshTokenTtlMs: () => config.REFRESH_TOKEN_TTL,
    sessionIdleTtlMs: () => config.SESSION_IDLE_TTL,
    rotation: () => (config.REFRESH_ROTATION ? { graceMs: config.REFRESH_GRACE } : undefined),

    register: makeRegister,
    login: makeLogin,
    me: makeMe,
    changePassword: makeChangePassword,
    deleteAccount: makeDeleteAccount,
    refuseIfFull: (all) => all.hasher.refuseIfFull,
    refresh: makeRefresh,
    revokeAccess: makeRevokeAccess,
    revokeRefresh: makeRevokeRefresh,
    logout: makeLogout,
    logoutEverywhere: makeLogoutEverywhere,
    listSessions: makeListSessions,
    endOwnSession: makeEndOwnSession,
    introspect: makeIntrospect,
    revokeToken: makeRevokeToken,
    sweep: makeSweep,
    forgotPassword: makeForgotPassword,
    resetPassword: makeResetPassword,
    verifyEmail: makeVerifyEmail,
    resendVerification: makeResendVerification,
    updateProfile: makeUpdateProfile,
    deliverMails: makeDeliverMails,
    makeResetLink: makeMakeResetLink,
    listUsers: makeListUsers,
    showUser: makeShowUser,
    createUser: makeCreateUser,
    disableUser: makeDisableUser,
    enableUser: makeEnableUser,
    setPassword: makeSetPassword,
    deleteUser: makeDeleteUser,
    endAnySession: makeEndAnySession,
    publicKeys:
      ({ clock }) =>
      () =>
        accessKeys.publicKeys(clock.now()),
  };
}

/** The verifier of the service's own tokens, and of the Flask server's where they are still taken. */
function withLegacy(config: Config, all: Pick<Bindings, "tokens"> & LegacyTokensDeps): TokenVerifier {
  const { JWT_SECRET_KEY: sharedSecret, ACCEPT_LEGACY_TOKENS_UNTIL: acceptedUntil } = config;
  if (sharedSecret === undefined || acceptedUntil === undefined) return all.tokens;
  return withLegacyTokens(all.tokens, all, { legacyTokens: legacyTokens(sharedSecret), acceptedUntil });
}
