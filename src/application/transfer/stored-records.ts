import type { Session } from "../../domain/session.ts";
import type { User } from "../../domain/user.ts";
import type { RevocationEntry } from "../ports/storage/revocations.ts";
import type { StoredSigningKey } from "../ports/storage/signing-keys.ts";

/** A fact that all processes sharing a storage agree on. */
export interface StoredSetting {
  readonly name: string;
  readonly value: string;
}

/** What a storage keeps for good, by kind. */
export interface StoredThings {
  readonly setting: StoredSetting;
  readonly signing_key: StoredSigningKey;
  readonly session: Session;
  readonly revocation: RevocationEntry;
  readonly user: User;
}

export type Kind = keyof StoredThings;

/** One thing that a storage keeps. */
export type StoredRecord = {
  readonly [K in Kind]: { readonly kind: K; readonly value: StoredThings[K] };
}[Kind];

/**
 * The kinds in the order in which they are read and written. Users come last: no token lives without its user, so
 * that a storage with a part of it lets in nobody who was kept out. Revocations come after what they stop, so
 * that what ends while it is read stays ended.
 */
export const KINDS = [
  "setting",
  "signing_key",
  "session",
  "revocation",
  "user",
] as const satisfies readonly Kind[];

/** Something of each kind. */
export type PerKind<T> = Record<Kind, T>;

export function perKind<T>(make: () => T): PerKind<T> {
  return Object.fromEntries(KINDS.map((kind) => [kind, make()])) as PerKind<T>;
}
