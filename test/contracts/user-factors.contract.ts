import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { changedFactors, type Factors, NO_FACTORS } from "../../src/domain/factors/factors.ts";
import type { User } from "../../src/domain/user.ts";
import { everyWayTo, ODD_KEYS, outcomes, type StorageHarness, spoil } from "../support/storage-harness.ts";
import { aUser, someFactors } from "../support/storage-samples.ts";

/** The forms that factors take. */
const FORMS: Record<string, Factors> = {
  "everything set": someFactors(),
  "a waiting authenticator only": { ...NO_FACTORS, pendingTotp: someFactors().pendingTotp, revision: 1 },
  "no recovery codes": someFactors({ recoveryCodes: undefined, pendingTotp: undefined }),
  "no recovery code left": someFactors({ recoveryCodes: { id: "codes", sealedKey: "key", hashes: [] } }),
  "nothing left": { ...NO_FACTORS, revision: 8 },
};

/** The obligations of UserRepository for factors: each change is one step, and depends on their revision. */
export function userFactorsContract(name: string, harness: StorageHarness): void {
  describe(`${name}: factors of users`, () => {
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

    async function expectStored(user: User): Promise<void> {
      for (const found of await everyWayTo(storage, user)) expect(found).toStrictEqual(user);
      expect(await storage.users.list(undefined, 10)).toContainEqual(user);
    }

    it.each(Object.entries(FORMS))("adds a user with factors: %s", async (_, factors) => {
      await expectStored(await stored({ factors }));
    });

    it.each(Object.entries(FORMS))("replaces those of revision 5, and nothing else: %s", async (_, form) => {
      const user = await stored({ epoch: 2, keptSession: "kept", factors: someFactors() });
      const bystander = await stored({ epoch: 2, factors: someFactors() });
      const factors = { ...form, revision: 6 };
      expect(await storage.users.replaceFactors(user, factors)).toBe(true);
      await expectStored({ ...user, factors });
      await expectStored(bystander);
    });

    it("gives the first ones to a user without factors: the expected revision is 0", async () => {
      const user = await stored();
      const factors = someFactors({ revision: 1 });
      expect(await storage.users.replaceFactors({ ...user, factors }, someFactors())).toBe(false);
      await expectStored(user);
      expect(await storage.users.replaceFactors(user, factors)).toBe(true);
      await expectStored({ ...user, factors });
    });

    it("compares the revision, not what the factors are", async () => {
      const user = await stored({ factors: someFactors() });
      const expected = { ...user, factors: { ...NO_FACTORS, revision: 5 } };
      const factors = someFactors({ revision: 6 });
      expect(await storage.users.replaceFactors(expected, factors)).toBe(true);
      await expectStored({ ...user, factors });
    });

    it.each<[string, Partial<User>]>([
      ["an earlier epoch", { epoch: 1 }],
      ["a later epoch", { epoch: 3 }],
      ["an earlier revision", { factors: someFactors({ revision: 4 }) }],
      ["a later revision", { factors: someFactors({ revision: 6 }) }],
      ["no factors", { factors: undefined }],
      ["another id", { id: "another" }],
      ...ODD_KEYS.map((id): [string, Partial<User>] => [`the id ${JSON.stringify(id).slice(0, 20)}`, { id }]),
    ])("replaces nothing where the expected user has %s", async (_, difference) => {
      const user = await stored({ epoch: 2, factors: someFactors() });
      const next = someFactors({ revision: 6 });
      expect(await storage.users.replaceFactors({ ...user, ...difference }, next)).toBe(false);
      await expectStored(user);
    });

    it("brings no removed user back", async () => {
      const user = await stored({ factors: someFactors() });
      expect(await storage.users.remove(user)).toBe(true);
      expect(await storage.users.replaceFactors(user, someFactors({ revision: 6 }))).toBe(false);
      expect(await everyWayTo(storage, user)).toEqual([undefined, undefined, undefined]);
    });

    it("keeps copies and gives out copies", async () => {
      const user = await stored({ factors: someFactors() });
      for (const found of await everyWayTo(storage, user)) spoil(found?.factors);
      const factors = someFactors({ revision: 6 });
      const before = structuredClone(factors);
      await storage.users.replaceFactors(user, factors);
      spoil(factors);
      await expectStored({ ...user, factors: before });
      const next = someFactors({ revision: 7 });
      const advanced = structuredClone(next);
      const changes = { keptSession: undefined, factors: next };
      expect(await storage.users.advanceEpoch({ ...user, factors: before }, changes)).toBe(true);
      spoil(next);
      await expectStored({ ...user, epoch: 1, factors: advanced });
    });

    it.each(Object.entries(FORMS))("replaces them together with the epoch: %s", async (_, form) => {
      const user = await stored({ epoch: 2, factors: someFactors() });
      const bystander = await stored({ epoch: 2, factors: someFactors() });
      const changes = { keptSession: "kept", factors: { ...form, revision: 6 } };
      expect(await storage.users.advanceEpoch(user, changes)).toBe(true);
      await expectStored({ ...user, ...changes, epoch: 3 });
      await expectStored(bystander);
    });

    it.each([4, 6])("raises no epoch with factors where revision %i is expected", async (revision) => {
      const user = await stored({ epoch: 2, factors: someFactors() });
      const expected = { ...user, factors: someFactors({ revision }) };
      const changes = { keptSession: "kept", passwordHash: "next", factors: someFactors({ revision: 7 }) };
      expect(await storage.users.advanceEpoch(expected, changes)).toBe(false);
      await expectStored(user);
    });

    it.each([undefined, someFactors({ revision: 4 })])(
      "raises the epoch without factors whatever their revision, and leaves them (%#)",
      async (factors) => {
        const user = await stored({ epoch: 2, factors: someFactors() });
        const changes = { keptSession: "kept", passwordHash: "next" };
        expect(await storage.users.advanceEpoch({ ...user, factors }, changes)).toBe(true);
        await expectStored({ ...user, ...changes, epoch: 3 });
      },
    );

    it("leaves them in all other changes, whatever their revision", async () => {
      const user = await stored({ factors: someFactors() });
      const former = { ...user, factors: undefined };
      expect(await storage.users.replacePasswordHash(former, "next")).toBe(true);
      expect(await storage.users.rename(former, { emailVerified: true })).toBe(true);
      expect(await storage.users.unlock(user.id)).toBe(true);
      await expectStored({ ...user, passwordHash: "next", emailVerified: true, unlocks: 1 });
      expect(await storage.users.remove(former)).toBe(true);
    });

    it.each([undefined, someFactors()])("lets one of many replace each revision (%#)", async (factors) => {
      let user = await stored({ factors });
      for (let round = 0; round < 5; round += 1) {
        const nexts = Array.from({ length: 20 }, () => changedFactors(user.factors, someTotp()));
        const did = await outcomes((racer) => storage.users.replaceFactors(user, nexts[racer] as Factors));
        expect(did.filter(Boolean)).toHaveLength(1);
        user = { ...user, factors: nexts[did.indexOf(true)] };
        await expectStored(user);
      }
    });

    it("applies every one of many changes that are each made again until they succeed", async () => {
      const user = await stored();
      await outcomes(async (racer) => {
        for (;;) {
          const present = (await storage.users.findById(user.id)) as User;
          const { id = "", sealedKey = "", hashes = [] } = present.factors?.recoveryCodes ?? {};
          const recoveryCodes = { id, sealedKey, hashes: [...hashes, String(racer)] };
          const next = changedFactors(present.factors, { recoveryCodes });
          if (await storage.users.replaceFactors(present, next)) return;
        }
      });
      const factors = (await storage.users.findById(user.id))?.factors;
      expect(factors?.revision).toBe(20);
      expect(new Set(factors?.recoveryCodes?.hashes).size).toBe(20);
    });

    it.each([0, 1])("lets one of many win, with the epoch or without (%i)", async (first) => {
      const user = await stored({ factors: someFactors() });
      const nexts = Array.from({ length: 20 }, () => changedFactors(user.factors, someTotp()));
      const raises = (racer: number) => (racer + first) % 2 === 0;
      const did = await outcomes((racer) => {
        const factors = nexts[racer] as Factors;
        return raises(racer)
          ? storage.users.advanceEpoch(user, { keptSession: "kept", factors })
          : storage.users.replaceFactors(user, factors);
      });
      expect(did.filter(Boolean)).toHaveLength(1);
      const winner = did.indexOf(true);
      const raised = raises(winner) ? { epoch: 1, keptSession: "kept" } : {};
      await expectStored({ ...user, ...raised, factors: nexts[winner] });
    });

    it("replaces none of an epoch that has ended meanwhile", async () => {
      for (let round = 0; round < 5; round += 1) {
        const user = await stored({ factors: someFactors() });
        const next = someFactors({ revision: 6 });
        const did = await outcomes((racer) =>
          racer === 9
            ? storage.users.advanceEpoch(user, { keptSession: undefined, disabled: true })
            : storage.users.replaceFactors(user, next),
        );
        expect(did[9]).toBe(true);
        const replaced = did.filter((won, racer) => won && racer !== 9).length;
        expect(replaced).toBeLessThanOrEqual(1);
        await expectStored({
          ...user,
          epoch: 1,
          disabled: true,
          factors: replaced === 1 ? next : user.factors,
        });
      }
    });

    if (harness.reopen)
      it("keeps them", async () => {
        const user = await stored({ factors: someFactors() });
        const factors = someFactors({ revision: 6 });
        await storage.users.replaceFactors(user, factors);
        storage = (await harness.reopen?.(storage)) as Storage;
        await expectStored({ ...user, factors });
      });

    it("rejects once closed", async () => {
      const user = await stored();
      await storage.close();
      await expect(storage.users.replaceFactors(user, someFactors({ revision: 1 }))).rejects.toThrow();
    });
  });
}

/** An authenticator that no other call gives. */
function someTotp(): Pick<Factors, "totp"> {
  return { totp: someFactors().totp };
}
