import type { EmailRules } from "../email.ts";
import { shownText, utf8Length } from "../text.ts";
import type { User } from "../user.ts";
import { canonicalUsername, type Username } from "../username.ts";

/** An account as the Flask server's database has it: nothing was ever checked there, so anything can be in it. */
export interface FlaskRecord {
  /** 24 hex digits, lower case, where it is an ObjectId; otherwise whatever tells it from other records. */
  readonly id: string;
  readonly username: unknown;
  readonly email: unknown;
  readonly password: unknown;
  readonly createdAt: unknown;
}

type Field = "username" | "email" | "password" | "createdAt";

/** Why a record cannot become an account. Stable: reports hold them. */
export type FlaskFault =
  | "id_wrong_type"
  | `${Field}_missing`
  | `${Field}_wrong_type`
  | "username_unusable"
  | "email_invalid"
  | "password_hash_refused";

export interface FlaskRules extends EmailRules {
  /** Whether a hash is of the old kind, and of a cost that is worth checking. */
  readonly acceptsHash: (hash: string) => boolean;
}

/** By which a record and another one may be the same account to whoever logs in; in canonical form. */
export interface FlaskClaims {
  readonly username: string | undefined;
  readonly email: string | undefined;
}

const OBJECT_ID = /^[0-9a-f]{24}$/;
/** What every storage can look up. */
const MAX_NAME_BYTES = 900;
/** What no storage and no request can carry: control characters, halves of characters, what stands for a bad byte. */
const NOT_TEXT = /[\p{Cc}\p{Cs}\uFFFD]/u;

/**
 * The account that a record stands for, or all that is wrong with it; what is missing is never made up. A name
 * need not be one that a new account may have: it is enough that it can be looked up.
 */
export function readFlaskUser(record: FlaskRecord, rules: FlaskRules): User | FlaskFault[] {
  const faults: FlaskFault[] = OBJECT_ID.test(record.id) ? [] : ["id_wrong_type"];

  function read<T>(field: Field, parse: (value: unknown) => T | FlaskFault): T | undefined {
    const value = record[field];
    const parsed = value === undefined || value === null ? (`${field}_missing` as const) : parse(value);
    if (typeof parsed !== "string") return parsed;
    faults.push(parsed as FlaskFault);
    return undefined;
  }

  const username = read("username", (value) =>
    typeof value === "string" ? (usableName(value) ?? "username_unusable") : "username_wrong_type",
  );
  const email = read("email", (value) =>
    typeof value === "string" ? (rules.parseEmail(value) ?? "email_invalid") : "email_wrong_type",
  );
  const hash = read("password", (value) => {
    if (typeof value !== "string") return "password_wrong_type";
    return rules.acceptsHash(value) ? { value } : "password_hash_refused";
  });
  const createdAt = read("createdAt", (value) =>
    value instanceof Date && !Number.isNaN(value.getTime()) ? value : "createdAt_wrong_type",
  );

  if (faults.length > 0 || !username || !email || !hash || !createdAt) return faults;
  return {
    id: record.id,
    username,
    email,
    emailVerified: false,
    passwordHash: hash.value,
    createdAt,
    epoch: 0,
    keptSession: undefined,
    disabled: false,
    unlocks: 0,
    legacyIdentity: record.email as string,
    emailHistory: undefined,
    linksSince: undefined,
  };
}

/** What a record lays claim to, be there faults in it or not. */
export function flaskClaims(record: FlaskRecord, { canonicalEmail }: EmailRules): FlaskClaims {
  const claim = (value: unknown, canonical: (text: string) => string) =>
    (typeof value === "string" && canonical(value)) || undefined;
  return {
    username: claim(record.username, canonicalUsername),
    email: claim(record.email, canonicalEmail),
  };
}

/** Whether a token id of the old server can be kept, and so asked for. */
export function isFlaskTokenId(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= 128 && !NOT_TEXT.test(value);
}

function usableName(text: string): Username | undefined {
  const name = { shown: shownText(text), canonical: canonicalUsername(text) };
  const isUsable =
    name.canonical !== "" && utf8Length(name.canonical) <= MAX_NAME_BYTES && !NOT_TEXT.test(name.canonical);
  return isUsable ? name : undefined;
}
