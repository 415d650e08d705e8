import type { EmailRules } from "../email.ts";
import { shownText, utf8Length } from "../text.ts";
import type { User } from "../user.ts";
import { canonicalUsername, type Username } from "../username.ts";

/** An account in the database of the Flask server, which never checked its fields: each can have any type. */
export interface FlaskRecord {
  /** The ObjectId as 24 hex digits in lower case; another text that identifies the record if it is no ObjectId. */
  readonly id: string;
  readonly username: unknown;
  readonly email: unknown;
  readonly password: unknown;
  readonly createdAt: unknown;
}

type Field = "username" | "email" | "password" | "createdAt";

/** The reasons why a record cannot become an account. Stable, since they appear in reports. */
export type FlaskFault =
  | "id_wrong_type"
  | `${Field}_missing`
  | `${Field}_wrong_type`
  | "username_unusable"
  | "email_invalid"
  | "password_hash_refused";

export interface FlaskRules extends EmailRules {
  /** True for a hash of the Flask server with an acceptable cost. */
  readonly acceptsHash: (hash: string) => boolean;
}

/** The names under which a user would log in to the account of a record, in canonical form. */
export interface FlaskClaims {
  readonly username: string | undefined;
  readonly email: string | undefined;
}

const OBJECT_ID = /^[0-9a-f]{24}$/;
/** The longest name that every storage can look up, in UTF-8 bytes. */
const MAX_NAME_BYTES = 900;
/** Characters that no storage or request can carry: controls, lone surrogates, the replacement character. */
const NOT_TEXT = /[\p{Cc}\p{Cs}\uFFFD]/u;

/**
 * The account for a record, or all faults of the record. Missing fields get no default. The name need not be one that a
 * new account may have, but it must be possible to look it up.
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
    factors: undefined,
  };
}

/** The name and the address that the account of a record would have, even if the record has faults. */
export function flaskClaims(record: FlaskRecord, { canonicalEmail }: EmailRules): FlaskClaims {
  const claim = (value: unknown, canonical: (text: string) => string) =>
    (typeof value === "string" && canonical(value)) || undefined;
  return {
    username: claim(record.username, canonicalUsername),
    email: claim(record.email, canonicalEmail),
  };
}

/** True if a token id of the Flask server can be stored and looked up. */
export function isFlaskTokenId(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= 128 && !NOT_TEXT.test(value);
}

function usableName(text: string): Username | undefined {
  const name = { shown: shownText(text), canonical: canonicalUsername(text) };
  const isUsable =
    name.canonical !== "" && utf8Length(name.canonical) <= MAX_NAME_BYTES && !NOT_TEXT.test(name.canonical);
  return isUsable ? name : undefined;
}
