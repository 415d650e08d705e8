import type { FlaskRecord, FlaskRules } from "../../domain/flask/flask-user.ts";
import { batchesOf } from "../paging/batches.ts";
import type { Clock } from "../ports/clock.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { StoredValues } from "../ports/storage/stored-values.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import { findFlaskConflicts } from "./flask-conflicts.ts";
import type { FlaskDatabase } from "./flask-database.ts";
import type { FlaskHashes } from "./flask-hashes.ts";
import { raiseFlaskRounds } from "./flask-rounds.ts";
import { importFlaskTokens, type TokenCounts } from "./import-flask-tokens.ts";
import { type ConflictRule, judgeFlaskUsers, type Reason } from "./import-flask-users.ts";

export interface ImportFlaskDeps extends Omit<FlaskRules, "acceptsHash"> {
  readonly source: FlaskDatabase;
  readonly clock: Clock;
  readonly users: UserRepository;
  readonly revocations: RevocationRepository;
  readonly storedValues: StoredValues;
  readonly flaskHashes: FlaskHashes;
}

export interface ImportFlaskCommand {
  /** Writes nothing, and reports what would be done. */
  readonly dryRun: boolean;
  readonly onConflict: ConflictRule;
  /** Called for each user who is left out, in the order of ids. The import waits for it. */
  leftOut(user: UserLeftOut): Promise<void>;
  progress(step: ImportStep): void;
}

/** A user who is left out, with all reasons. Name and address are as in the old database. */
export interface UserLeftOut {
  readonly id: string;
  readonly username: string | undefined;
  readonly email: string | undefined;
  readonly reasons: readonly Reason[];
}

/** The progress of the import. The total is approximate. */
export interface ImportStep {
  readonly phase: "checking users" | "revoked tokens" | "users";
  readonly done: number;
  readonly total: number;
}

export interface ImportSummary {
  readonly users: {
    readonly found: number;
    readonly imported: number;
    /** Imported earlier; not changed. */
    readonly alreadyThere: number;
    /** Imported earlier and removed since; not imported again. */
    readonly removedSince: number;
    readonly leftOut: number;
  };
  readonly revokedTokens: TokenCounts;
}

/** Records held in memory at a time. */
const BATCH = 500;
const STEP = 1_000;

/**
 * Imports users and revoked tokens from the Flask server's database, which it only reads. It can be stopped at
 * any point and run again: existing records are skipped. Revoked tokens come first, so that none of them is
 * accepted meanwhile, and old hashes are recorded in `FLASK_HASHES` before the first one is stored.
 */
export type ImportFlask = (command: ImportFlaskCommand) => Promise<ImportSummary>;

export function makeImportFlask(deps: ImportFlaskDeps): ImportFlask {
  const { source, clock, storedValues, flaskHashes } = deps;

  return async ({ dryRun, onConflict, leftOut, progress }) => {
    const now = clock.now();
    const totals = await source.count();
    let checked = 0;
    let rounds = 0;
    const conflicts = await findFlaskConflicts(source.users, deps, ({ password }) => {
      checked += 1;
      rounds = Math.max(rounds, (typeof password === "string" && flaskHashes.roundsOf(password)) || 0);
      if (checked % STEP === 0) progress({ phase: "checking users", done: checked, total: totals.users });
    });
    progress({ phase: "checking users", done: checked, total: checked });

    const revokedTokens = await importFlaskTokens(deps, { dryRun, now, batch: BATCH }, (done) =>
      progress({ phase: "revoked tokens", done, total: Math.max(done, totals.revokedTokens) }),
    );
    if (!dryRun && rounds > 0) await raiseFlaskRounds(storedValues, rounds);

    const counts = { found: 0, imported: 0, alreadyThere: 0, removedSince: 0, leftOut: 0 };
    const judge = await judgeFlaskUsers(deps, { conflicts, onConflict, dryRun, now });
    for await (const records of batchesOf(source.users(), BATCH)) {
      for (const { record, outcome } of await judge(records)) {
        if (typeof outcome === "string") counts[outcome] += 1;
        else {
          counts.leftOut += 1;
          await leftOut(rowFor(record, outcome));
        }
      }
      counts.found += records.length;
      progress({ phase: "users", done: counts.found, total: Math.max(counts.found, checked) });
    }
    return { users: counts, revokedTokens };
  };
}

function rowFor({ id, username, email }: FlaskRecord, reasons: readonly Reason[]): UserLeftOut {
  return { id, username: textOf(username), email: textOf(email), reasons };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
