import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { User } from "../../src/domain/user.ts";
import { everyWayTo, ODD_KEYS, outcomes, type StorageHarness } from "../support/storage-harness.ts";
import { aUser } from "../support/storage-samples.ts";

const EMAIL = { shown: "Ada@Third.example", canonical: "ada@third.example" };
const HISTORY = { revision: 3, former: [{ revision: 1, until: new Date("2100-01-01T00:00:00.001Z") }] };

/** The contract of UserRepository for changes to users: each is one atomic compare-and-set. */
export function userChangesContract(name: string, harness: StorageHarness): void {
  describe(`${name}: changes of users`, () => {
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

    it("renews a hash and keeps the rest", async () => {
      const user = await stored({ epoch: 2, keptSession: "kept" });
      const bystander = await stored();
      expect(await storage.users.replacePasswordHash(user, "next")).toBe(true);
      for (const found of await everyWayTo(storage, user))
        expect(found).toStrictEqual({ ...user, passwordHash: "next" });
      expect(await storage.users.findById(bystander.id)).toStrictEqual(bystander);
    });

    it.each([
      ["epoch", { epoch: 1 }],
      ["hash", { passwordHash: "another" }],
      ["id", { id: "another" }],
    ])("does not renew the hash of a user with another %s", async (_, difference) => {
      const user = await stored();
      expect(await storage.users.replacePasswordHash({ ...user, ...difference }, "next")).toBe(false);
      expect(await storage.users.findById(user.id)).toStrictEqual(user);
    });

    it("lets one of many renew a hash", async () => {
      const user = await stored();
      const renewed = await outcomes((racer) => storage.users.replacePasswordHash(user, `next ${racer}`));
      expect(renewed.filter((did) => did)).toHaveLength(1);
      const winner = `next ${renewed.indexOf(true)}`;
      expect(await storage.users.findById(user.id)).toStrictEqual({ ...user, passwordHash: winner });
    });

    it("raises the number of unlocks by one each, also concurrently, and changes nothing else", async () => {
      const user = await stored({ epoch: 2, keptSession: "kept" });
      const bystander = await stored();
      expect(await storage.users.unlock(user.id)).toBe(true);
      for (const found of await everyWayTo(storage, user))
        expect(found).toStrictEqual({ ...user, unlocks: 1 });
      const raised = await outcomes(() => storage.users.unlock(user.id));
      expect(raised).not.toContain(false);
      const change = { keptSession: undefined, unlock: true } as const;
      expect(await storage.users.advanceEpoch(user, change)).toBe(true);
      const all = { ...user, epoch: 3, keptSession: undefined, unlocks: raised.length + 2 };
      expect(await storage.users.findById(user.id)).toStrictEqual(all);
      expect(await storage.users.findById(bystander.id)).toStrictEqual(bystander);
      for (const id of ["nobody", ...ODD_KEYS]) expect(await storage.users.unlock(id)).toBe(false);
    });

    it.each([
      ["all", { keptSession: "kept", passwordHash: "next" }],
      ["no hash", { keptSession: "kept" }],
      ["no session to keep", { keptSession: undefined, passwordHash: "next" }],
      ["whether it is disabled", { keptSession: undefined, disabled: true }],
      ["whether the address is verified", { keptSession: undefined, emailVerified: true }],
      ["the address", { keptSession: undefined, email: EMAIL, emailVerified: true, emailHistory: HISTORY }],
      [
        "the time from which links are valid",
        { keptSession: undefined, linksSince: new Date("2026-01-01T00:00:00.001Z") },
      ],
      ["which addresses it had", { keptSession: undefined, emailHistory: HISTORY }],
      ["nothing else", { keptSession: undefined }],
    ])("advances the epoch and changes with it %s", async (_, changes) => {
      const user = await stored({ epoch: 2, keptSession: "before" });
      const bystander = await stored({ epoch: 2, keptSession: "before" });
      expect(await storage.users.advanceEpoch(user, changes)).toBe(true);
      const next = { ...user, epoch: 3, ...changes };
      for (const found of await everyWayTo(storage, next)) expect(found).toStrictEqual(next);
      const isMoved = next.email.canonical !== user.email.canonical;
      if (isMoved) expect(await storage.users.findByEmail(user.email.canonical)).toBeUndefined();
      expect(await storage.users.findById(bystander.id)).toStrictEqual(bystander);
    });

    it("refuses an address that another user has, with or without an advance of the epoch", async () => {
      const user = await stored({ epoch: 2 });
      const other = await stored();
      const changes = { keptSession: undefined, email: other.email, passwordHash: "next" };
      await expect(storage.users.advanceEpoch(user, changes)).rejects.toMatchObject({
        name: "AuthError",
        code: "email_taken",
      });
      for (const found of await everyWayTo(storage, user)) expect(found).toStrictEqual(user);
      for (const found of await everyWayTo(storage, other)) expect(found).toStrictEqual(other);
    });

    it("changes nothing of a user whose address is of another revision", async () => {
      const user = await stored({ emailHistory: HISTORY });
      const before = { ...user, emailHistory: undefined };
      expect(await storage.users.advanceEpoch(before, { keptSession: undefined })).toBe(false);
      expect(await storage.users.rename(before, { emailVerified: true })).toBe(false);
      expect(await storage.users.findById(user.id)).toStrictEqual(user);
      const emailHistory = { revision: 4, former: [] };
      expect(await storage.users.remove(before)).toBe(false);
      expect(await storage.users.rename(user, { emailHistory })).toBe(true);
      expect(await storage.users.findById(user.id)).toStrictEqual({ ...user, emailHistory });
    });

    it("removes a user, whose name and address are free again", async () => {
      const user = await stored({ epoch: 2 });
      const bystander = await stored({ epoch: 2 });
      expect(await storage.users.remove(user)).toBe(true);
      expect(await everyWayTo(storage, user)).toEqual([undefined, undefined, undefined]);
      expect(await everyWayTo(storage, bystander)).toStrictEqual([bystander, bystander, bystander]);

      const next = await stored({ username: user.username, email: user.email, epoch: 2 });
      expect(await storage.users.remove(user)).toBe(false);
      expect(await everyWayTo(storage, next)).toStrictEqual([next, next, next]);
      await expect(storage.users.add(aUser({ username: user.username }))).rejects.toThrow();
    });

    it.each([1, 3])("changes nothing of a user of epoch 2 where %i is expected", async (epoch) => {
      const user = await stored({ epoch: 2, keptSession: "before" });
      const changes = { keptSession: undefined, passwordHash: "next" };
      expect(await storage.users.advanceEpoch({ ...user, epoch }, changes)).toBe(false);
      expect(await storage.users.remove({ ...user, epoch })).toBe(false);
      expect(await everyWayTo(storage, user)).toStrictEqual([user, user, user]);
    });

    it.each(["another", ...ODD_KEYS].map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "advances no epoch of a user whose address is not %s",
      async (_, canonical) => {
        const user = await stored();
        const expected = { ...user, email: { shown: user.email.shown, canonical } };
        expect(await storage.users.advanceEpoch(expected, { keptSession: undefined })).toBe(false);
        expect(await everyWayTo(storage, user)).toStrictEqual([user, user, user]);
        const respelt = { ...user, email: { shown: "ANOTHER SPELLING", canonical: user.email.canonical } };
        expect(await storage.users.advanceEpoch(respelt, { keptSession: undefined })).toBe(true);
      },
    );

    it.each(["another", ...ODD_KEYS].map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "changes nothing under %s",
      async (_, id) => {
        const { users } = storage;
        expect(await users.replacePasswordHash({ id, epoch: 0, passwordHash: "" }, "next")).toBe(false);
        expect(await users.advanceEpoch(aUser({ id }), { keptSession: undefined })).toBe(false);
        expect(await users.remove(aUser({ id }))).toBe(false);
        expect(await users.findById(id)).toBeUndefined();
      },
    );

    it("lets one of many advance an epoch", async () => {
      const user = await stored();
      const changes = (racer: number) => ({ keptSession: `session ${racer}`, passwordHash: `hash ${racer}` });
      const did = await outcomes((racer) => storage.users.advanceEpoch(user, changes(racer)));
      expect(did.filter(Boolean)).toHaveLength(1);
      const winner = { ...user, epoch: 1, ...changes(did.indexOf(true)) };
      expect(await storage.users.findById(user.id)).toStrictEqual(winner);
    });

    it("lets one of many remove a user", async () => {
      const user = await stored();
      expect((await outcomes(() => storage.users.remove(user))).filter(Boolean)).toHaveLength(1);
      expect(await everyWayTo(storage, user)).toEqual([undefined, undefined, undefined]);
    });

    it.each([0, 1, 2])("lets exactly one of different concurrent changes win (%i)", async (first) => {
      const user = await stored({ passwordHash: "old" });
      const attempts = [
        () => storage.users.advanceEpoch(user, { keptSession: undefined }),
        () => storage.users.remove(user),
        () => storage.users.replacePasswordHash(user, "renewed"),
      ] as const;
      const turn = (racer: number) => (racer + first) % 3;
      const did = await outcomes((racer) => (attempts[turn(racer)] as () => Promise<boolean>)());
      const wins = (which: number) => did.filter((won, racer) => won && turn(racer) === which).length;
      const [advanced, removed, renewed] = [wins(0), wins(1), wins(2)];
      // a renewal keeps the epoch: it can succeed before the one other winner, but not after
      expect(advanced + removed).toBe(1);
      expect(renewed).toBeLessThanOrEqual(1);
      const left = removed ? undefined : { ...user, epoch: 1, passwordHash: renewed ? "renewed" : "old" };
      expect(await everyWayTo(storage, user)).toStrictEqual([left, left, left]);
    });

    if (harness.reopen)
      it("keeps changes", async () => {
        const [renewed, advanced, removed] = [await stored(), await stored(), await stored()];
        await storage.users.replacePasswordHash(renewed, "next");
        await storage.users.advanceEpoch(advanced, { keptSession: "kept" });
        await storage.users.remove(removed);
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await storage.users.findById(renewed.id)).toStrictEqual({ ...renewed, passwordHash: "next" });
        const kept = { ...advanced, epoch: 1, keptSession: "kept" };
        expect(await storage.users.findById(advanced.id)).toStrictEqual(kept);
        expect(await everyWayTo(storage, removed)).toEqual([undefined, undefined, undefined]);
      });

    it("rejects everything once closed", async () => {
      const user = await stored();
      await storage.close();
      await expect(storage.users.replacePasswordHash(user, "next")).rejects.toThrow();
      await expect(storage.users.advanceEpoch(user, { keptSession: "kept" })).rejects.toThrow();
      await expect(storage.users.remove(user)).rejects.toThrow();
    });
  });
}
