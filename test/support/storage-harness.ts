import { expect } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { User } from "../../src/domain/user.ts";

/** The interface by which the contract suites test an adapter. */
export interface StorageHarness {
  /** Opens an empty storage that shares nothing with any other. */
  open(): Promise<Storage>;
  /** Closes a storage and opens its data again. Absent for adapters that keep nothing. */
  reopen?(storage: Storage): Promise<Storage>;
  /** Closes all opened storages and removes their data. Called after each test. */
  cleanup(): Promise<void>;
}

export const RACERS = 20;

/** Starts all attempts at once and resolves to their results. */
export function race<T>(attempt: (racer: number) => Promise<T>): Promise<PromiseSettledResult<T>[]> {
  return Promise.allSettled(Array.from({ length: RACERS }, (_, racer) => attempt(racer)));
}

/** The results of a race, in which no attempt may fail. */
export async function outcomes<T>(attempt: (racer: number) => Promise<T>): Promise<T[]> {
  const ends = await race(attempt);
  expect(ends.filter(({ status }) => status === "rejected")).toEqual([]);
  return ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
}

/** Changes all mutable parts of a value. */
export function spoil(value: unknown): void {
  if (value instanceof Date) value.setTime(0);
  else if (typeof value === "object" && value !== null) {
    for (const [name, part] of Object.entries(value)) {
      spoil(part);
      if (typeof part !== "object") Reflect.set(value, name, "spoilt");
    }
  }
}

/** The users found by id, by name and by address, in this order. */
export async function everyWayTo(
  { users }: Pick<Storage, "users">,
  user: { id: string; username: { canonical: string }; email: { canonical: string } },
) {
  return [
    await users.findById(user.id),
    await users.findByUsername(user.username.canonical),
    await users.findByEmail(user.email.canonical),
  ];
}

/** Expects that the user is found by its present names only, and not by its former ones. */
export async function expectNamed(storage: Storage, user: User, before: User): Promise<void> {
  expect(await everyWayTo(storage, user)).toStrictEqual([user, user, user]);
  const { username, email } = before;
  if (username.canonical !== user.username.canonical)
    expect(await storage.users.findByUsername(username.canonical)).toBeUndefined();
  if (email.canonical !== user.email.canonical)
    expect(await storage.users.findByEmail(email.canonical)).toBeUndefined();
}

/** Texts that clients may send and that some storages cannot look up. */
export const ODD_KEYS = [
  "",
  "x".repeat(10_000),
  "ä".repeat(1_000),
  "a\0b",
  "\u0001",
  "\ud800",
  "$ne",
  "__proto__",
];
