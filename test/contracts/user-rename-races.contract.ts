import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { User } from "../../src/domain/user.ts";
import { everyWayTo, expectNamed, outcomes, race, type StorageHarness } from "../support/storage-harness.ts";
import { aUser } from "../support/storage-samples.ts";

const NAME = { shown: "Grace", canonical: "grace" };

const FIELDS = [
  ["name", "username", "username_taken"],
  ["address", "email", "email_taken"],
] as const;

/** The contract of UserRepository for concurrent renames. */
export function userRenameRacesContract(name: string, harness: StorageHarness): void {
  describe(`${name}: renaming users at once`, () => {
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

    it("lets one of many rename a user", async () => {
      const user = await stored();
      const named = (racer: number) => ({ shown: `Name ${racer}`, canonical: `name ${racer}` });
      const did = await outcomes((racer) => storage.users.rename(user, { username: named(racer) }));
      expect(did.filter(Boolean)).toHaveLength(1);
      const winner = did.indexOf(true);
      await isNow({ ...user, username: named(winner) }, user);
      for (const racer of did.keys())
        if (racer !== winner)
          expect(await storage.users.findByUsername(named(racer).canonical)).toBeUndefined();
    });

    it.each(
      FIELDS.flatMap(([what, field, code]) => [false, true].map((adds) => ({ what, field, code, adds }))),
    )("gives a contested $what to one of many (others add: $adds)", async ({ field, code, adds }) => {
      const contested = { shown: "Contested", canonical: "contested" };
      const users: User[] = [];
      for (let racer = 0; racer < 20; racer++) users.push(aUser());
      const isAdded = (racer: number) => adds && racer % 2 === 1;
      for (const [racer, user] of users.entries()) if (!isAdded(racer)) await storage.users.add(user);
      const had = users.map((user) => ({ ...user, [field]: contested }));
      const ends = await race<unknown>((racer) =>
        isAdded(racer)
          ? storage.users.add(had[racer] as User)
          : storage.users.rename(users[racer] as User, { [field]: contested }),
      );
      expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const [racer, end] of ends.entries()) {
        const [user, next] = [users[racer] as User, had[racer] as User];
        if (end.status === "fulfilled") {
          await isNow(next, user);
          continue;
        }
        expect(end.reason).toMatchObject({ name: "AuthError", code });
        const left = isAdded(racer) ? undefined : user;
        expect(await everyWayTo(storage, user)).toStrictEqual([left, left, left]);
      }
    });

    it.each([0, 1])("does not rename a user whose epoch has advanced (%i)", async (first) => {
      const user = await stored();
      const did = await outcomes<boolean>((racer) =>
        racer % 2 === first
          ? storage.users.rename(user, { username: NAME })
          : storage.users.advanceEpoch(user, { keptSession: "kept" }),
      );
      const wins = (which: number) => did.filter((won, racer) => won && racer % 2 === which).length;
      const [renamed, advanced] = [wins(first), wins(1 - first)];
      // a rename keeps the epoch: it can succeed before the one advance, but not after
      expect([renamed, advanced]).toEqual([renamed === 0 ? 0 : 1, 1]);
      await isNow({ ...user, ...(renamed && { username: NAME }), epoch: 1, keptSession: "kept" }, user);
    });

    it.each([0, 1])("lets the first of a new address and an advance of the epoch win (%i)", async (first) => {
      const user = await stored();
      const email = { shown: "Grace@b.example", canonical: "grace@b.example" };
      const did = await outcomes<boolean>((racer) =>
        racer % 2 === first
          ? storage.users.rename(user, { email, emailVerified: true })
          : storage.users.advanceEpoch(user, { keptSession: undefined, passwordHash: "next" }),
      );
      expect(did.filter(Boolean)).toHaveLength(1);
      const wasRenamed = did.indexOf(true) % 2 === first;
      const change = wasRenamed ? { email, emailVerified: true } : { epoch: 1, passwordHash: "next" };
      await isNow({ ...user, ...change }, user);
    });

    it("leaves nothing of a user that is removed meanwhile", async () => {
      const user = await stored();
      await outcomes<boolean>((racer) =>
        racer === 7 ? storage.users.remove(user) : storage.users.rename(user, { username: NAME }),
      );
      expect(await everyWayTo(storage, user)).toEqual([undefined, undefined, undefined]);
      await stored({ username: NAME, email: user.email });
      await stored({ username: user.username });
    });
  });
}
