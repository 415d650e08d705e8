import type { AccessKeys } from "../adapters/jose/access-keys.ts";
import { makeTokens } from "../adapters/jose/tokens.ts";
import type { UseCases } from "../adapters/koa/routes.ts";
import { platformEmailRules, randomIds, systemClock } from "../adapters/node/platform.ts";
import { type LoginDeps, makeLogin } from "../application/login.ts";
import { type MeDeps, makeMe } from "../application/me.ts";
import type { PasswordHasher } from "../application/ports/password-hasher.ts";
import type { SecurityEvents } from "../application/ports/security-events.ts";
import type { Storage } from "../application/ports/storage.ts";
import type { TokenIssuer, TokenVerifier } from "../application/ports/tokens.ts";
import { makeRefresh, type RefreshDeps } from "../application/refresh.ts";
import { makeRegister, type RegisterDeps } from "../application/register.ts";
import { makeRevokeAccess, type RevokeAccessDeps } from "../application/revoke-access.ts";
import { makeRevokeRefresh, type RevokeRefreshDeps } from "../application/revoke-refresh.ts";
import type { Config } from "./config.ts";
import type { Factories } from "./container.ts";
import { keysFor, type Secrets } from "./secrets.ts";

/** What had to be opened before anything can be wired. */
export interface Opened {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly storage: Storage;
  readonly hasher: PasswordHasher;
  readonly accessKeys: AccessKeys;
  readonly events: SecurityEvents;
}

type Dependencies = RegisterDeps & LoginDeps & RefreshDeps & RevokeAccessDeps & RevokeRefreshDeps & MeDeps;

/** Everything that is wired: the use cases and what they ask for. */
export interface Bindings extends UseCases, Dependencies {
  readonly tokens: TokenIssuer & TokenVerifier;
}

/** The one place that says what stands behind each port and setting. A new use case is a line here. */
export function bindings(opened: Opened): Factories<Bindings> {
  const { config, secrets, storage, hasher, accessKeys, events } = opened;
  return {
    clock: () => systemClock,
    ids: () => randomIds,
    users: () => storage.users,
    sessions: () => storage.sessions,
    revocations: () => storage.revocations,
    hasher: () => hasher,
    events: () => events,
    tokens: () =>
      makeTokens({ issuer: config.ISSUER, accessKeys, refreshKeys: keysFor("refresh-tokens", secrets) }),
    issuer: (all) => all.tokens,
    verifier: (all) => all.tokens,
    parseEmail: () => platformEmailRules.parseEmail,
    canonicalEmail: () => platformEmailRules.canonicalEmail,
    passwordPolicy: () => ({ minLength: config.PASSWORD_MIN_LENGTH }),
    registrationOpen: () => config.REGISTRATION === "open",
    accessTokenTtlMs: () => config.ACCESS_TOKEN_TTL,
    refreshTokenTtlMs: () => config.REFRESH_TOKEN_TTL,

    register: makeRegister,
    login: makeLogin,
    refresh: makeRefresh,
    revokeAccess: makeRevokeAccess,
    revokeRefresh: makeRevokeRefresh,
    me: makeMe,
    publicKeys:
      ({ clock }) =>
      () =>
        accessKeys.publicKeys(clock.now()),
  };
}
