import { factorSeal } from "../../../adapters/jose/factor-seal.ts";
import { hmacSha1, hmacSha256 } from "../../../adapters/node/hmac.ts";
import { platformEmailRules, randomBytes, randomIds, systemClock } from "../../../adapters/node/platform.ts";
import type { CheckFactorDeps } from "../../../application/factors/check-factor.ts";
import type { NewRecoveryCodesDeps } from "../../../application/factors/recovery-code-hashes.ts";
import type { GatedHasher } from "../../../application/limits/hashing-gate.ts";
import type { Clock } from "../../../application/ports/clock.ts";
import type { Ids } from "../../../application/ports/ids.ts";
import type { SecurityEvents } from "../../../application/ports/security-events.ts";
import type { Storage } from "../../../application/ports/storage/storage.ts";
import type { EmailRules } from "../../../domain/email.ts";
import type { PasswordPolicy } from "../../../domain/password.ts";
import type { Config } from "../../settings/config.ts";
import type { Factories } from "../container.ts";
import { keysFor, type Secrets } from "../secrets.ts";

/** The resources that are opened before the features are made. Each feature declares the ones that it uses. */
export interface Opened {
  readonly clock?: Clock;
  readonly config: Config;
  readonly secrets: Secrets;
  readonly storage: Storage;
  readonly hasher: GatedHasher;
  /** Whether a password is too common; `undefined` if PASSWORD_BLOCKLIST is off. */
  readonly isCommon?: ((password: string) => boolean) | undefined;
  readonly log: { readonly events: SecurityEvents };
}

/** The ports that several features use, and the rules for accounts. */
export interface Shared
  extends Omit<Storage, "ping" | "close" | "signingKeys">,
    EmailRules,
    CheckFactorDeps,
    NewRecoveryCodesDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: SecurityEvents;
  readonly hasher: GatedHasher;
  readonly passwordPolicy: PasswordPolicy;
}

export function shared({
  clock = systemClock,
  config,
  secrets,
  storage,
  hasher,
  isCommon,
  log,
}: Opened): Factories<Shared> {
  return {
    clock: () => clock,
    ids: () => randomIds,
    randomBytes: () => randomBytes,
    hmacSha1: () => hmacSha1,
    hmacSha256: () => hmacSha256,
    factorSeal: () => factorSeal(keysFor("factors", secrets)),
    events: () => log.events,
    hasher: () => hasher,
    users: () => storage.users,
    sessions: () => storage.sessions,
    revocations: () => storage.revocations,
    storedValues: () => storage.storedValues,
    attempts: () => storage.attempts,
    oneTimeTokens: () => storage.oneTimeTokens,
    outbox: () => storage.outbox,
    auditTrail: () => storage.auditTrail,
    parseEmail: () => platformEmailRules.parseEmail,
    canonicalEmail: () => platformEmailRules.canonicalEmail,
    storedEmails: () => platformEmailRules.storedEmails,
    passwordPolicy: () => ({ minLength: config.PASSWORD_MIN_LENGTH, isCommon }),
  };
}
