import { AuthError } from "../../domain/errors.ts";
import {
  type FlaskFault,
  type FlaskRecord,
  type FlaskRules,
  flaskClaims,
  readFlaskUser,
} from "../../domain/flask/flask-user.ts";
import { revocationKey } from "../../domain/revocation.ts";
import type { User } from "../../domain/user.ts";
import { workOn } from "../paging/batches.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import type { FlaskConflicts } from "./flask-conflicts.ts";
import type { FlaskHashes } from "./flask-hashes.ts";

export interface ImportUsersDeps extends Omit<FlaskRules, "acceptsHash"> {
  readonly users: UserRepository;
  readonly revocations: RevocationRepository;
  readonly flaskHashes: FlaskHashes;
}

/** Which of several users with one name or address is imported: none, or the oldest. */
export type ConflictRule = "skip" | "oldest";

/** Why a user is left out: faults of the record, other records in the old database, or existing accounts. */
export type Reason = FlaskFault | "username_duplicate" | "email_duplicate" | "username_taken" | "email_taken";

/** The outcome of a record. */
export interface Judged {
  readonly record: FlaskRecord;
  readonly outcome: "imported" | "alreadyThere" | "removedSince" | readonly Reason[];
}

export interface ImportUsersRun {
  readonly conflicts: FlaskConflicts;
  readonly onConflict: ConflictRule;
  readonly dryRun: boolean;
  readonly now: Date;
}

/** Imports a batch of records where possible. Returns the outcome of each, in order. */
export async function judgeFlaskUsers(
  deps: ImportUsersDeps,
  { conflicts, onConflict, dryRun, now }: ImportUsersRun,
): Promise<(records: readonly FlaskRecord[]) => Promise<Judged[]>> {
  const { users, revocations, flaskHashes } = deps;
  const rules = { ...deps, acceptsHash: flaskHashes.accepts };
  const wasEmpty = (await users.list(undefined, 1)).length === 0;

  function duplicates(record: FlaskRecord): Reason[] {
    const claims = flaskClaims(record, rules);
    return (["username", "email"] as const).flatMap((field) => {
      const oldest = conflicts.oldestOf(field, claims[field]);
      const comesIn = oldest === undefined || (onConflict === "oldest" && oldest === record.id);
      return comesIn ? [] : [`${field}_duplicate` as const];
    });
  }

  async function bringIn(record: FlaskRecord): Promise<Judged["outcome"]> {
    const read = readFlaskUser(record, rules);
    const reasons = [...(Array.isArray(read) ? read : []), ...duplicates(record)];
    if (Array.isArray(read) || reasons.length > 0) return reasons;
    // in a dry run, the same check that an insert makes
    if (dryRun) {
      const takenHere = wasEmpty ? [] : await taken(users, read);
      return takenHere.length > 0 ? takenHere : "imported";
    }
    try {
      await users.add(read);
      return "imported";
    } catch (error) {
      if ((await users.findById(read.id)) !== undefined) return "alreadyThere";
      const refusal = error instanceof AuthError ? error.code : undefined;
      if (refusal !== "username_taken" && refusal !== "email_taken") throw error;
      const takenHere = await taken(users, read);
      return takenHere.length > 0 ? takenHere : [refusal];
    }
  }

  return async (records) => {
    const ids = records.map(({ id }) => id);
    const there = await users.findIds(ids);
    // checked last, because users removed meanwhile were recorded before their removal
    const keys = ids.filter((id) => !there.has(id)).map(revocationKey.removedUser);
    const removed = await revocations.find(keys, now);
    return workOn(records, async (record) => {
      if (there.has(record.id)) return { record, outcome: "alreadyThere" };
      if (removed.has(revocationKey.removedUser(record.id))) return { record, outcome: "removedSince" };
      return { record, outcome: await bringIn(record) };
    });
  };
}

/** The fields of the user that another account has already. */
async function taken(users: UserRepository, { username, email }: User): Promise<Reason[]> {
  const [byName, byEmail] = await Promise.all([
    users.findByUsername(username.canonical),
    users.findByEmail(email.canonical),
  ]);
  const reasons: Reason[] = [];
  if (byName !== undefined) reasons.push("username_taken");
  if (byEmail !== undefined) reasons.push("email_taken");
  return reasons;
}
