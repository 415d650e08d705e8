import type { AttemptCounters } from "./attempt-counters.ts";
import type { AuditTrail } from "./audit-trail.ts";
import type { OneTimeTokenRepository } from "./one-time-tokens.ts";
import type { Outbox } from "./outbox.ts";
import type { RevocationRepository } from "./revocations.ts";
import type { SessionRepository } from "./sessions.ts";
import type { SigningKeyRepository } from "./signing-keys.ts";
import type { StoredValues } from "./stored-values.ts";
import type { UserRepository } from "./users.ts";

/**
 * One storage with all its repositories. A call that the storage cannot answer rejects with an `AuthError` of the code
 * `storage_unavailable`, or with an error that is no `AuthError`, which the composition turns into one.
 */
export interface Storage {
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly revocations: RevocationRepository;
  readonly signingKeys: SigningKeyRepository;
  readonly storedValues: StoredValues;
  readonly attempts: AttemptCounters;
  readonly oneTimeTokens: OneTimeTokenRepository;
  readonly outbox: Outbox;
  readonly auditTrail: AuditTrail;
  /** Resolves if the storage answers. */
  ping(): Promise<void>;
  /** Closes the storage, after the calls that were begun. */
  close(): Promise<void>;
}
