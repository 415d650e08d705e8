import { AuthError } from "../../domain/errors.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { User } from "../../domain/user.ts";
import { withCurrentCanonicalForm } from "../../domain/username.ts";
import type { RevocationEntry, RevocationRepository } from "../ports/storage/revocations.ts";
import type { SessionRepository } from "../ports/storage/sessions.ts";
import type { SigningKeyRepository, StoredSigningKey } from "../ports/storage/signing-keys.ts";
import type { StoredValues } from "../ports/storage/stored-values.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import type { StoredRecord, StoredValue } from "./stored-records.ts";

/** Merges the values that two storages have under one name. Must be idempotent. */
export type MergeValues = (stored: string, imported: string) => string;

export interface ImportRecordDeps {
  readonly storedValues: StoredValues;
  readonly signingKeys: Pick<SigningKeyRepository, "add" | "list">;
  readonly sessions: Pick<SessionRepository, "add" | "find">;
  readonly revocations: Pick<RevocationRepository, "add" | "find">;
  readonly users: Pick<UserRepository, "add" | "findById">;
  /** How to merge the stored values that describe the data, by name. */
  readonly mergeValues: Readonly<Record<string, MergeValues>>;
}

/** The outcome of a record; for a conflict, the field that differs or is taken. */
export type Outcome = "imported" | "alreadyThere" | { readonly field: string };

/** Imports one record. Overwrites nothing. Repeating it finds the record already there. */
export function importRecord(deps: ImportRecordDeps, { kind, value }: StoredRecord): Promise<Outcome> {
  switch (kind) {
    case "setting":
      return importValue(deps, value);
    case "signing_key":
      return importKey(deps.signingKeys, value);
    case "session": {
      const { sessions } = deps;
      return addOrCompare(
        value,
        () => sessions.find(value.id),
        () => sessions.add(value),
      );
    }
    case "revocation":
      return importRevocation(deps.revocations, value);
    case "user": {
      const { users } = deps;
      // exports of earlier versions have names in the canonical form of that version
      const user = withCurrentUsername(value);
      return addOrCompare(
        user,
        async () => {
          const stored = await users.findById(user.id);
          return stored && withCurrentUsername(stored);
        },
        () => users.add(user),
      );
    }
  }
}

function withCurrentUsername(user: User): User {
  return { ...user, username: withCurrentCanonicalForm(user.username) };
}

async function addOrCompare<T extends object>(
  thing: T,
  find: () => Promise<T | undefined>,
  add: () => Promise<void>,
): Promise<Outcome> {
  const before = await find();
  if (before !== undefined) return compared(before, thing);
  try {
    await add();
    return "imported";
  } catch (error) {
    // a write with a lost answer may have been made, and another import may be running
    const after = await find();
    if (after !== undefined) return compared(after, thing);
    const field = takenField(error);
    if (field === undefined) throw error;
    return { field };
  }
}

function takenField(error: unknown): string | undefined {
  if (!(error instanceof AuthError)) return undefined;
  if (error.code === "username_taken") return "username";
  return error.code === "email_taken" ? "email" : undefined;
}

async function importKey(
  signingKeys: ImportRecordDeps["signingKeys"],
  key: StoredSigningKey,
): Promise<Outcome> {
  if (await signingKeys.add(key)) return "imported";
  const inPlace = (await signingKeys.list()).find(
    ({ algorithm, sequence }) => algorithm === key.algorithm && sequence === key.sequence,
  );
  return inPlace === undefined ? { field: "sequence" } : compared(inPlace, key);
}

async function importRevocation(
  revocations: ImportRecordDeps["revocations"],
  { key, until }: RevocationEntry,
): Promise<Outcome> {
  const justBefore = new Date(until.getTime() - 1);
  if ((await revocations.find([key], justBefore)).has(key)) return "alreadyThere";
  await revocations.add(key, until);
  return "imported";
}

async function importValue(
  { storedValues, mergeValues }: ImportRecordDeps,
  { name, value }: StoredValue,
): Promise<Outcome> {
  const merge = Object.hasOwn(mergeValues, name) ? mergeValues[name] : undefined;
  if (merge === undefined) return { field: "name" };
  if ((await storedValues.find(name)) === undefined && (await storedValues.claim(name, value)) === value) {
    return "imported";
  }
  return untilApplied(async () => {
    const stored = await storedValues.claim(name, value);
    const merged = merge(stored, value);
    if (merged === stored) return "alreadyThere";
    return (await storedValues.replace(name, stored, merged)) && "imported";
  });
}

function compared<T extends object>(stored: T, imported: T): Outcome {
  const fields = Object.keys({ ...stored, ...imported }) as (keyof T & string)[];
  const field = fields.find((name) => !isSame(stored[name], imported[name]));
  return field === undefined ? "alreadyThere" : { field };
}

function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  if (!isObject(one) || !isObject(other)) return Object.is(one, other);
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  return Object.keys({ ...one, ...other }).every((name) => isSame(one[name], other[name]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !(value instanceof Date);
}
