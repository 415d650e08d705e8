import type { Session } from "../../domain/session.ts";
import type { User } from "../../domain/user.ts";
import type { RevocationEntry } from "../ports/storage/revocations.ts";
import type { StoredSigningKey } from "../ports/storage/signing-keys.ts";

/** A value shared by all processes of a storage. */
export interface StoredValue {
  readonly name: string;
  readonly value: string;
}

/** The records that are exported and imported, by kind. */
export interface RecordTypes {
  readonly setting: StoredValue;
  readonly signing_key: StoredSigningKey;
  readonly session: Session;
  readonly revocation: RevocationEntry;
  readonly user: User;
}

export type Kind = keyof RecordTypes;

/** One record and its kind. */
export type StoredRecord = {
  readonly [K in Kind]: { readonly kind: K; readonly value: RecordTypes[K] };
}[Kind];

/**
 * The field that identifies a record, by kind, in the order in which records are exported and imported. Users come last:
 * no token is valid without its user, so that a half-imported storage admits nobody whom the whole one would refuse.
 * Revocations come after what they revoke, so that what is revoked during an export stays revoked.
 */
const ID_FIELDS = {
  setting: "name",
  signing_key: "kid",
  session: "id",
  revocation: "key",
  user: "id",
} as const satisfies { readonly [K in Kind]: keyof RecordTypes[K] };

export const KINDS = Object.keys(ID_FIELDS) as Kind[];

/** The id of the record among those of its kind. */
export function idOf({ kind, value }: StoredRecord): string {
  return (value as unknown as Record<string, string>)[ID_FIELDS[kind]] ?? "";
}

/** A value for each kind. */
export type PerKind<T> = Record<Kind, T>;

export function perKind<T>(make: () => T): PerKind<T> {
  return Object.fromEntries(KINDS.map((kind) => [kind, make()])) as PerKind<T>;
}
