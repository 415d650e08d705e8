import type { Clock } from "../ports/clock.ts";
import type { AttemptCounters } from "../ports/storage/attempt-counters.ts";
import type { AuditTrail } from "../ports/storage/audit-trail.ts";
import type { OneTimeTokenRepository } from "../ports/storage/one-time-tokens.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { SessionRepository } from "../ports/storage/sessions.ts";
import type { StoredValues } from "../ports/storage/stored-values.ts";

export interface SweepDeps {
  readonly clock: Clock;
  readonly sessions: SessionRepository;
  readonly revocations: RevocationRepository;
  readonly attempts: AttemptCounters;
  readonly oneTimeTokens: OneTimeTokenRepository;
  readonly auditTrail: AuditTrail;
  readonly storedValues: StoredValues;
  /** How long entries of the audit trail are kept. */
  readonly auditRetentionMs: number;
}

/** How often one of the processes sharing a storage sweeps. */
const SWEEP_EVERY_MS = 600_000;

const BATCH = 500;
/** Ensures that a process whose clock is slightly ahead removes nothing that another one still needs. */
const SLACK_MS = 3_600_000;
/** How long a mail may wait. The lifetime of its link starts again when it is sent. */
const MAIL_SLACK_MS = 24 * 3_600_000;
/** The setting in storage that says when the last process began to sweep: a moment that is over. */
export const SWEEP_TURN = "sweep-turn";

/**
 * Removes expired sessions, one-time tokens and entries, and audit events past their retention. Resolves to the
 * number removed; 0 if it is not this process's turn.
 */
export type Sweep = () => Promise<number>;

export function makeSweep(deps: SweepDeps): Sweep {
  return async () => {
    const now = deps.clock.now();
    if (!(await takeTurn(deps.storedValues, now))) return 0;
    const ended = new Date(now.getTime() - SLACK_MS);
    const unsent = new Date(ended.getTime() - MAIL_SLACK_MS);
    const sessions = await inBatches((limit) => deps.sessions.sweep(ended, limit));
    const revocations = await inBatches((limit) => deps.revocations.sweep(now, limit));
    const attempts = await inBatches((limit) => deps.attempts.sweep(now, limit));
    const tokens = await inBatches((limit) => deps.oneTimeTokens.sweep(unsent, limit));
    const kept = new Date(now.getTime() - deps.auditRetentionMs);
    const audited = await inBatches((limit) => deps.auditTrail.sweep(kept, limit));
    return sessions + revocations + attempts + tokens + audited;
  };
}

async function takeTurn(storedValues: StoredValues, now: Date): Promise<boolean> {
  const mine = now.toISOString();
  const last = await storedValues.claim(SWEEP_TURN, mine);
  if (last === mine) return true;
  const isDue = now.getTime() - Date.parse(last) >= SWEEP_EVERY_MS;
  return isDue && storedValues.replace(SWEEP_TURN, last, mine);
}

async function inBatches(sweep: (limit: number) => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const swept = await sweep(BATCH);
    total += swept;
    if (swept < BATCH) return total;
  }
}
