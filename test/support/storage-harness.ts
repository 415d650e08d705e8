import { expect } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { User } from "../../src/domain/user.ts";

/** What an adapter gives the contract suites to test it with. */
export interface StorageHarness {
  /** A storage that is empty and shares nothing with any other. */
  open(): Promise<Storage>;
  /** Closes a storage and opens anew what it kept. Left out by adapters that keep nothing. */
  reopen?(storage: Storage): Promise<Storage>;
  /** Closes all that was opened and removes what it kept. Called after each test. */
  cleanup(): Promise<void>;
}

export const RACERS = 20;

/** Starts as many attempts at once and gives back how each of them ended. */
export function race<T>(attempt: (racer: number) => Promise<T>): Promise<PromiseSettledResult<T>[]> {
  return Promise.allSettled(Array.from({ length: RACERS }, (_, racer) => attempt(racer)));
}

/** What the attempts of a race resolved to; none of them may have failed. */
export async function outcomes<T>(attempt: (racer: number) => Promise<T>): Promise<T[]> {
  const ends = await race(attempt);
  expect(ends.filter(({ status }) => status === "rejected")).toEqual([]);
  return ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
}

/** Changes everything within a value that can be changed. */
export function spoil(value: unknown): void {
  if (value instanceof Date) value.setTime(0);
  else if (typeof value === "object" && value !== null) {
    for (const [name, part] of Object.entries(value)) {
      spoil(part);
      if (typeof part !== "object") Reflect.set(value, name, "spoilt");
    }
  }
}

/** What is found by id, by name and by address, in this order. */
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

/** Expects that the user is found by all that names it now, and by nothing of what named it before alone. */
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
