import type { AttemptCounters } from "./attempt-counters.ts";
import type { AuditTrail } from "./audit-trail.ts";
import type { OneTimeTokenRepository } from "./one-time-tokens.ts";
import type { Outbox } from "./outbox.ts";
import type { RevocationRepository } from "./revocations.ts";
import type { SessionRepository } from "./sessions.ts";
import type { SettingsRepository } from "./settings.ts";
import type { SigningKeyRepository } from "./signing-keys.ts";
import type { UserRepository } from "./users.ts";

/**
 * One storage with all that is kept in it. Whatever keeps it from answering is thrown as an error of any
 * kind but `AuthError`; the composition turns those into `storage_unavailable`.
 */
export interface Storage {
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly revocations: RevocationRepository;
  readonly signingKeys: SigningKeyRepository;
  readonly settings: SettingsRepository;
  readonly attempts: AttemptCounters;
  readonly oneTimeTokens: OneTimeTokenRepository;
  readonly outbox: Outbox;
  readonly auditTrail: AuditTrail;
  /** Resolves if the storage answers now. */
  ping(): Promise<void>;
  /** Ends the use of the storage once what was begun is done. */
  close(): Promise<void>;
}
