import type { OperatorUseCases } from "../../adapters/cli/program.ts";
import type { AccessKeys } from "../../adapters/jose/access-keys.ts";
import { legacyTokens } from "../../adapters/jose/legacy-tokens.ts";
import { registrationSeal } from "../../adapters/jose/registration-seal.ts";
import { makeTokens } from "../../adapters/jose/tokens.ts";
import type { UseCases } from "../../adapters/koa/app.ts";
import { keyedLinkSecrets } from "../../adapters/node/link-secrets.ts";
import { platformEmailRules, randomIds, systemClock } from "../../adapters/node/platform.ts";
import { keyedHasher } from "../../adapters/node/secret-key.ts";
import {
  type LegacyTokensDeps,
  type LegacyTokensOptions,
  withLegacyTokens,
} from "../../application/flask/with-legacy-tokens.ts";
import type { GatedHasher } from "../../application/limits/hashing-gate.ts";
import { makePace, noPace, type PaceOptions } from "../../application/limits/pace.ts";
import { makeThrottle, noThrottle, type ThrottleDeps } from "../../application/limits/throttle.ts";
import type { Clock } from "../../application/ports/clock.ts";
import type { MailTemplates } from "../../application/ports/mail-templates.ts";
import type { Mailer } from "../../application/ports/mailer.ts";
import type { TokenIssuer, TokenVerifier } from "../../application/ports/tokens.ts";
import { AuthError } from "../../domain/errors.ts";
import type { Config } from "../settings/config.ts";
import type { Factories } from "./container.ts";
import { linkInto, noticesOf } from "./links.ts";
import { reachesReaders } from "./mail.ts";
import type { Foundation } from "./open.ts";
import { keysFor } from "./secrets.ts";
import { loginLimit, refreshLimit, revocationLimit, throttleLimits } from "./throttle-limits.ts";
import { type Dependencies, type MadeUseCases, useCases } from "./use-cases.ts";

/** What had to be opened before anything can be wired. */
export interface Opened extends Pick<Foundation, "secrets" | "storage"> {
  readonly clock?: Clock;
  readonly config: Config;
  readonly hasher: GatedHasher;
  readonly tryHashing: () => Promise<void>;
  /** Whether a password is too common, where that is asked. */
  readonly isCommon?: ((password: string) => boolean) | undefined;
  readonly keys: Pick<Foundation["keys"], "accessKeys">;
  readonly log: Pick<Foundation["log"], "events">;
  readonly mail: { readonly mailer: Mailer; readonly templates: MailTemplates };
}

/** Everything that is wired: the use cases and what they ask for. */
export interface Bindings extends UseCases, OperatorUseCases, MadeUseCases, Dependencies, ThrottleDeps {
  readonly tokens: TokenIssuer & TokenVerifier;
}

/** The one place that says what stands behind each port and setting. */
export function bindings({
  config,
  clock = systemClock,
  secrets,
  storage,
  hasher,
  tryHashing,
  keys,
  log,
  mail,
  isCommon,
}: Opened): Factories<Bindings> {
  const { accessKeys } = keys;
  return {
    clock: () => clock,
    ids: () => randomIds,
    users: () => storage.users,
    sessions: () => storage.sessions,
    revocations: () => storage.revocations,
    settings: () => storage.settings,
    hasher: () => hasher,
    pingStorage: () => storage.ping,
    tryHashing: () => tryHashing,
    hasSigningKey: () => (now) => canSign(accessKeys, now),
    events: () => log.events,
    tokens: () =>
      makeTokens({ issuer: config.ISSUER, accessKeys, refreshKeys: keysFor("refresh-tokens", secrets) }),
    issuer: (all) => all.tokens,
    verifier: (all) => withLegacy(config, all, { beginsSessions: true }),
    formerTokens: (all) => withLegacy(config, all, { beginsSessions: false }),
    parseEmail: () => platformEmailRules.parseEmail,
    canonicalEmail: () => platformEmailRules.canonicalEmail,
    storedEmails: () => platformEmailRules.storedEmails,
    attempts: () => storage.attempts,
    oneTimeTokens: () => storage.oneTimeTokens,
    outbox: () => storage.outbox,
    auditTrail: () => storage.auditTrail,
    auditRetentionMs: () => config.AUDIT_RETENTION,
    mailer: () => mail.mailer,
    mailTemplates: () => mail.templates,
    asksToVerify: () => config.REQUIRE_VERIFIED_EMAIL || reachesReaders(config),
    verifiedEmailRequired: () => config.REQUIRE_VERIFIED_EMAIL,
    notices: () => noticesOf(config),
    linkSecrets: () => keyedLinkSecrets(keysFor("mailed-links", secrets)),
    registrationSeal: () => registrationSeal(keysFor("registrations", secrets)),
    registrationHidden: () => config.REGISTRATION_ANSWER === "same",
    linkTo: () => (purpose, secret) => linkInto(config, purpose, secret),
    keyedHash: () => keyedHasher(keysFor("throttle", secrets)[0]),
    limits: () => throttleLimits(config),
    throttle: config.LOGIN_THROTTLE === "on" ? makeThrottle : () => noThrottle,
    refreshPace: ({ events }) => paceFor(config, { scope: "refresh", limit: refreshLimit(config), events }),
    loginPace: ({ events }) => paceFor(config, { scope: "sessions", limit: loginLimit(config), events }),
    revocationPace: ({ events }) =>
      paceFor(config, { scope: "revocations", limit: revocationLimit(config), events }),
    maxSessions: () => config.MAX_SESSIONS,
    passwordPolicy: () => ({ minLength: config.PASSWORD_MIN_LENGTH, isCommon }),
    registrationOpen: () => config.REGISTRATION === "open",
    accessTokenTtlMs: () => config.ACCESS_TOKEN_TTL,
    refreshTokenTtlMs: () => config.REFRESH_TOKEN_TTL,
    sessionIdleTtlMs: () => config.SESSION_IDLE_TTL,
    rotation: () => (config.REFRESH_ROTATION ? { graceMs: config.REFRESH_GRACE } : undefined),
    ...useCases,
    refuseIfFull: (all) => all.hasher.refuseIfFull,
    publicKeys:
      ({ clock }) =>
      () =>
        accessKeys.publicKeys(clock.now()),
  };
}

const paceFor = ({ LOGIN_THROTTLE }: Config, options: PaceOptions) =>
  LOGIN_THROTTLE === "on" ? makePace(options) : noPace;

function canSign(accessKeys: AccessKeys, now: Date): boolean {
  try {
    accessKeys.signingKey(now);
    return true;
  } catch (error) {
    if (error instanceof AuthError) return false;
    throw error;
  }
}

/** The verifier of the service's own tokens, and of the Flask server's where they are still taken. */
function withLegacy(
  config: Config,
  all: Pick<Bindings, "tokens"> & LegacyTokensDeps,
  { beginsSessions }: Pick<LegacyTokensOptions, "beginsSessions">,
): TokenVerifier {
  const { JWT_SECRET_KEY: sharedSecret, ACCEPT_LEGACY_TOKENS_UNTIL: acceptedUntil } = config;
  if (sharedSecret === undefined || acceptedUntil === undefined) return all.tokens;
  const options = { legacyTokens: legacyTokens(sharedSecret), acceptedUntil, beginsSessions };
  return withLegacyTokens(all.tokens, all, options);
}
