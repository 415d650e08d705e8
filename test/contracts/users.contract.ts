import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { AuthError } from "../../src/domain/errors.ts";
import type { User } from "../../src/domain/user.ts";
import {
  everyWayTo,
  ODD_KEYS,
  RACERS,
  race,
  type StorageHarness,
  spoil,
} from "../support/storage-harness.ts";
import { aUser } from "../support/storage-samples.ts";
import { userChangesContract } from "./user-changes.contract.ts";

/** Picks from `values` the fields that are in `odd`. */
function replacementFor(odd: object, values: Partial<User>): Partial<User> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in odd));
}

/** The contract of UserRepository. */
export function usersContract(name: string, harness: StorageHarness): void {
  describe(`${name}: users`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    it.each([
      ["a new user", aUser()],
      ["a user with everything set", aUser({ epoch: 12, keptSession: "a session", disabled: true })],
      ["a user of before 1970", aUser({ createdAt: new Date(-1) })],
    ])("finds %s by id, name and address with every field as it went in", async (_, user) => {
      await storage.users.add(user);
      for (const found of await everyWayTo(storage, user)) expect(found).toStrictEqual(user);
    });

    it("finds nothing in an empty storage", async () => {
      await storage.users.add(aUser());
      expect(await everyWayTo(storage, aUser())).toEqual([undefined, undefined, undefined]);
    });

    it("finds the ids of users among many ids", async () => {
      const users = [aUser(), aUser({ id: "5f43a8d1e4b0c9a7d6e3f210" })];
      for (const user of users) await storage.users.add(user);
      const ids = users.map(({ id }) => id);
      const others = Array.from({ length: 500 }, () => aUser().id);
      expect(await storage.users.findIds([...ODD_KEYS, ...others, ...ids])).toEqual(new Set(ids));
      expect(await storage.users.findIds(ODD_KEYS)).toEqual(new Set());
      expect(await storage.users.findIds([])).toEqual(new Set());
    });

    it("does not find a name as an address, or an id as a name", async () => {
      const user = aUser();
      await storage.users.add(user);
      const mixedUp = { id: user.email.canonical, username: user.email, email: user.username };
      expect(await everyWayTo(storage, mixedUp)).toEqual([undefined, undefined, undefined]);
      expect(await storage.users.findByUsername(user.id)).toBeUndefined();
    });

    it("looks up the canonical form alone", async () => {
      const user = aUser();
      await storage.users.add(user);
      expect(await storage.users.findByUsername(user.username.shown)).toBeUndefined();
      expect(await storage.users.findByEmail(user.email.shown)).toBeUndefined();
    });

    it.each(ODD_KEYS.map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "finds nothing under %s",
      async (_, key) => {
        const odd = { id: key, username: { canonical: key }, email: { canonical: key } };
        expect(await everyWayTo(storage, odd)).toEqual([undefined, undefined, undefined]);
      },
    );

    it("gives out copies", async () => {
      const user = aUser();
      await storage.users.add(user);
      const before = structuredClone(user);
      for (const found of await everyWayTo(storage, user)) spoil(found);
      for (const found of await everyWayTo(storage, before)) expect(found).toStrictEqual(before);
    });

    it("keeps a copy", async () => {
      const user = aUser();
      const before = structuredClone(user);
      await storage.users.add(user);
      spoil(user);
      for (const found of await everyWayTo(storage, before)) expect(found).toStrictEqual(before);
    });

    it("shares nothing with another storage", async () => {
      const user = aUser();
      await storage.users.add(user);
      const other = await harness.open();
      expect(await other.users.findById(user.id)).toBeUndefined();
      await other.users.add(user);
    });

    it.each([
      ["name", "username", "email", "username_taken"],
      ["address", "email", "username", "email_taken"],
    ] as const)("refuses a taken %s and stores nothing", async (_, field, other, code) => {
      const user = aUser();
      await storage.users.add(user);
      const second = aUser({ [field]: { ...user[field], shown: "ANOTHER SPELLING" } });
      await expect(storage.users.add(second)).rejects.toMatchObject({ name: "AuthError", code });
      expect(await storage.users.findById(second.id)).toBeUndefined();
      expect(await everyWayTo(storage, user)).toStrictEqual([user, user, user]);
      await storage.users.add(aUser({ [other]: second[other] }));
    });

    it("does not overwrite a user of the same id", async () => {
      const user = aUser();
      await storage.users.add(user);
      const second = aUser({ id: user.id });
      await expect(storage.users.add(second)).rejects.toThrow();
      expect(await storage.users.findById(user.id)).toStrictEqual(user);
      expect(await storage.users.findByUsername(second.username.canonical)).toBeUndefined();
      expect(await storage.users.findByEmail(second.email.canonical)).toBeUndefined();
    });

    it.each([
      ["name", "username", "username_taken"],
      ["address", "email", "email_taken"],
    ] as const)("gives a contested %s to one of many", async (_, field, code) => {
      const racers = Array.from({ length: RACERS }, (_, racer) =>
        aUser({ [field]: { shown: `Contested ${racer}`, canonical: "contested" } }),
      );
      const ends = await race((racer) => storage.users.add(racers[racer] as (typeof racers)[0]));
      const winners = racers.filter((_, racer) => ends[racer]?.status === "fulfilled");
      expect(winners).toHaveLength(1);
      for (const end of ends) if (end.status === "rejected") expect(end.reason).toMatchObject({ code });
      const find = field === "username" ? storage.users.findByUsername : storage.users.findByEmail;
      expect(await find("contested")).toStrictEqual(winners[0]);
      const stored = await Promise.all(racers.map(({ id }) => storage.users.findById(id)));
      expect(stored.filter((user) => user !== undefined)).toStrictEqual(winners);
    });

    const oddUsers = ODD_KEYS.flatMap((key) => {
      const name = JSON.stringify(key).slice(0, 20);
      const odd = { shown: "Ada", canonical: key };
      return [
        [`the id ${name}`, { id: key }],
        [`the name ${name}`, { username: odd }],
        [`the address ${name}`, { email: odd }],
      ] as const;
    });

    it.each(oddUsers)("finds a user with %s in every way, or does not store it", async (_, fields) => {
      const bystander = aUser();
      await storage.users.add(bystander);
      const user = aUser(fields);
      const fault = await storage.users.add(user).catch((error: unknown) => error);
      const stored = fault === undefined ? user : undefined;
      expect(await everyWayTo(storage, user)).toStrictEqual([stored, stored, stored]);
      expect(await everyWayTo(storage, bystander)).toStrictEqual([bystander, bystander, bystander]);
      if (fault === undefined) return;
      // the caller's fault, not a taken name or address
      expect(fault).toBeInstanceOf(Error);
      expect(fault).not.toBeInstanceOf(AuthError);
      // the user's other values are free
      const { id, username, email } = aUser();
      await storage.users.add({ ...user, ...replacementFor(fields, { id, username, email }) });
    });

    it("stores the given canonical form, independent of the shown form", async () => {
      const username = { shown: "Ada", canonical: "not what anybody looks up" };
      const email = { shown: "ada@example.com", canonical: "nor this" };
      const user = aUser({ username, email });
      await storage.users.add(user);
      expect(await everyWayTo(storage, user)).toStrictEqual([user, user, user]);
      expect(await storage.users.findByUsername("ada")).toBeUndefined();
      expect(await storage.users.findByEmail("ada@example.com")).toBeUndefined();
      await storage.users.add(aUser({ username: { shown: "Ada", canonical: "ada" } }));
    });

    if (harness.reopen)
      it("keeps users, and that their names are taken", async () => {
        const user = aUser({ keptSession: "kept" });
        await storage.users.add(user);
        storage = (await harness.reopen?.(storage)) as Storage;
        for (const found of await everyWayTo(storage, user)) expect(found).toStrictEqual(user);
        await expect(storage.users.add(aUser({ username: user.username }))).rejects.toMatchObject({
          code: "username_taken",
        });
        await expect(storage.users.add(aUser({ email: user.email }))).rejects.toMatchObject({
          code: "email_taken",
        });
      });

    it("rejects everything once closed", async () => {
      const user = aUser();
      await storage.users.add(user);
      await storage.close();
      await expect(storage.users.add(aUser())).rejects.toThrow();
      await expect(storage.users.findById(user.id)).rejects.toThrow();
      await expect(storage.users.findByUsername(user.username.canonical)).rejects.toThrow();
      await expect(storage.users.findByEmail(user.email.canonical)).rejects.toThrow();
    });
  });
  userChangesContract(name, harness);
}
