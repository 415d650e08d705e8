import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { NameChanges } from "../../src/application/ports/storage/users.ts";
import type { User } from "../../src/domain/user.ts";
import { everyWayTo, expectNamed, ODD_KEYS, type StorageHarness, spoil } from "../support/storage-harness.ts";
import { aUser } from "../support/storage-samples.ts";
import { userRenameRacesContract } from "./user-rename-races.contract.ts";

const NAME = { shown: "Grace", canonical: "grace" };
const EMAIL = { shown: "Grace@B.example", canonical: "grace@b.example" };

const FIELDS = [
  ["name", "username", "username_taken"],
  ["address", "email", "email_taken"],
] as const;

/** The contract of UserRepository for renames. */
export function userRenamesContract(name: string, harness: StorageHarness): void {
  describe(`${name}: renaming users`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    async function stored(fields: Partial<User> = {}): Promise<User> {
      const user = aUser(fields);
      await storage.users.add(user);
      return user;
    }

    const isNow = (user: User, before: User) => expectNamed(storage, user, before);

    const changes: [string, NameChanges][] = [
      ["a name", { username: NAME }],
      ["an address", { email: EMAIL }],
      ["an address that is verified", { email: EMAIL, emailVerified: true }],
      ["all", { username: NAME, email: EMAIL, emailVerified: true }],
      ["whether the address is verified", { emailVerified: true }],
      ["since when links serve", { email: EMAIL, linksSince: new Date("2026-01-01T00:00:00.001Z") }],
      ["nothing", {}],
    ];

    it.each(changes)("changes %s and keeps the rest", async (_, change) => {
      const user = await stored({ epoch: 2, keptSession: "kept", legacyIdentity: "Ada@b.example" });
      const bystander = await stored();
      expect(await storage.users.rename(user, change)).toBe(true);
      await isNow({ ...user, ...change }, user);
      await isNow(bystander, bystander);
    });

    it("marks a verified address as unverified", async () => {
      const user = await stored({ emailVerified: true });
      expect(await storage.users.rename(user, { email: EMAIL, emailVerified: false })).toBe(true);
      await isNow({ ...user, email: EMAIL, emailVerified: false }, user);
    });

    it.each(FIELDS)("changes the spelling of a user's own %s", async (_, field) => {
      const user = await stored();
      const spelt = { ...user[field], shown: "ANOTHER SPELLING" };
      expect(await storage.users.rename(user, { [field]: spelt })).toBe(true);
      await isNow({ ...user, [field]: spelt }, user);
      // the canonical forms still match the expected ones
      expect(await storage.users.rename(user, { emailVerified: true })).toBe(true);
      await isNow({ ...user, [field]: spelt, emailVerified: true }, user);
    });

    it.each([
      ["name", { username: { shown: "Another", canonical: "another" } }],
      ["address", { email: { shown: "another", canonical: "another" } }],
      ["id", { id: "another" }],
      ["epoch", { epoch: 1 }],
    ])("changes nothing of a user with another %s than expected", async (_, difference) => {
      const user = await stored();
      const [expected, all] = [
        { ...user, ...difference },
        { username: NAME, email: EMAIL },
      ];
      expect(await storage.users.rename(expected, all)).toBe(false);
      expect(await storage.users.rename(expected, {})).toBe(false);
      await isNow(user, user);
      expect(await everyWayTo(storage, aUser(all))).toEqual([undefined, undefined, undefined]);
      await stored(all);
    });

    it.each(FIELDS)("refuses a taken %s and changes nothing", async (_, field, code) => {
      const [user, owner] = [await stored(), await stored()];
      const taken = { ...owner[field], shown: "ANOTHER SPELLING" };
      const change = { username: NAME, email: EMAIL, emailVerified: true, [field]: taken };
      const refused = storage.users.rename(user, change);
      await expect(refused).rejects.toMatchObject({ name: "AuthError", code });
      await isNow(user, user);
      await isNow(owner, owner);
      // the other new value of the refused rename stays free
      const free = field === "username" ? { email: EMAIL } : { username: NAME };
      await stored(free);
    });

    it.each(FIELDS)(
      "frees the old %s for others, and keeps the new one from them",
      async (_, field, code) => {
        const user = await stored();
        const own = field === "username" ? NAME : EMAIL;
        await storage.users.rename(user, { [field]: own });
        await expect(storage.users.add(aUser({ [field]: own }))).rejects.toMatchObject({ code });
        const next = await stored({ [field]: user[field] });
        await isNow(next, next);
        const renamed = { ...user, [field]: own };
        await expect(storage.users.rename(renamed, { [field]: user[field] })).rejects.toMatchObject({ code });
        // and frees the new one with the user
        expect(await storage.users.remove(renamed)).toBe(true);
        await stored({ [field]: own });
      },
    );

    it("lets a user take the former name and address back", async () => {
      const user = await stored();
      const renamed = { ...user, username: NAME, email: EMAIL };
      expect(await storage.users.rename(user, { username: NAME, email: EMAIL })).toBe(true);
      expect(await storage.users.rename(user, { username: user.username })).toBe(false);
      const { username, email } = user;
      expect(await storage.users.rename(renamed, { username, email })).toBe(true);
      await isNow(user, renamed);
    });

    it("keeps copies", async () => {
      const user = await stored();
      const change = structuredClone({ username: NAME, email: EMAIL });
      await storage.users.rename(user, change);
      spoil(change);
      await isNow({ ...user, username: NAME, email: EMAIL }, user);
    });

    it.each(ODD_KEYS.map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "changes nothing under %s",
      async (_, key) => {
        const odd = { shown: key, canonical: key };
        // BSON turns a lone surrogate into U+FFFD
        const replaced = { shown: "A", canonical: "\ufffd" };
        const user = await stored({ id: "\ufffd", username: replaced, email: replaced });
        for (const other of [{ id: key }, { username: odd }, { email: odd }]) {
          expect(await storage.users.rename({ ...user, ...other }, { emailVerified: true })).toBe(false);
        }
        await isNow(user, user);
      },
    );

    it.each(ODD_KEYS.map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "renames a user to %s or changes nothing",
      async (_, key) => {
        const odd = { shown: "Odd", canonical: key };
        for (const change of [{ username: odd }, { email: odd }]) {
          const user = await stored();
          const did = await storage.users.rename(user, change).catch(() => false);
          await isNow(did ? { ...user, ...change } : user, user);
        }
      },
    );

    if (harness.reopen)
      it("keeps new names, and that they are taken", async () => {
        const user = await stored();
        await storage.users.rename(user, { username: NAME, email: EMAIL, emailVerified: true });
        storage = (await harness.reopen?.(storage)) as Storage;
        await isNow({ ...user, username: NAME, email: EMAIL, emailVerified: true }, user);
        await expect(storage.users.add(aUser({ username: NAME }))).rejects.toMatchObject({
          code: "username_taken",
        });
        await stored({ username: user.username, email: user.email });
      });

    it("rejects once closed", async () => {
      const user = await stored();
      await storage.close();
      await expect(storage.users.rename(user, { username: NAME })).rejects.toThrow();
    });
  });
  userRenameRacesContract(name, harness);
}
