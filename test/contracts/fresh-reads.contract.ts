import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { type StorageHarness, spoil } from "../support/storage-harness.ts";
import { aSession, aUser } from "../support/storage-samples.ts";

const NOW = new Date();
const LATER = new Date(NOW.getTime() + 3_600_000);
const WRITES = 20;
const READERS = 4;

/** The contract of all repositories for concurrent reads of one key. */
export function freshReadsContract(name: string, harness: StorageHarness): void {
  describe(`${name}: a read that begins after a write`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    /** Reads continuously while the work runs, so that reads from before each write are still pending after it. */
    async function whileReading(read: () => Promise<unknown>, work: () => Promise<void>): Promise<void> {
      let isOver = false;
      const readers = Array.from({ length: READERS }, async () => {
        while (!isOver) {
          await read();
          // some storages answer within the same turn of the event loop
          await new Promise(setImmediate);
        }
      });
      try {
        await work();
      } finally {
        isOver = true;
        await Promise.all(readers);
      }
    }

    it("finds the revocation", async () => {
      const keys = Array.from({ length: WRITES }, (_, i) => `jti:${i}`);
      const find = (...some: string[]) => storage.revocations.find(some, NOW);
      await whileReading(
        () => find(...keys),
        async () => {
          for (const key of keys) {
            await storage.revocations.add(key, LATER);
            expect(await find(key)).toEqual(new Set([key]));
          }
        },
      );
    });

    it("finds the user's new epoch, and no user once it is removed", async () => {
      const user = aUser();
      await storage.users.add(user);
      const find = () => storage.users.findById(user.id);
      await whileReading(find, async () => {
        for (let epoch = 0; epoch < WRITES; epoch++) {
          await storage.users.advanceEpoch({ ...user, epoch }, { keptSession: undefined });
          expect(await find()).toMatchObject({ epoch: epoch + 1 });
        }
        await storage.users.remove({ ...user, epoch: WRITES });
        expect(await find()).toBeUndefined();
      });
    });

    it("finds the session's new generation, and no session once it is removed", async () => {
      const session = aSession();
      await storage.sessions.add(session);
      const find = () => storage.sessions.find(session.id);
      await whileReading(find, async () => {
        for (let step = 0; step < WRITES; step++) {
          const { generation } = (await find()) ?? session;
          await storage.sessions.advance(session.id, generation, NOW);
          expect(await find()).toMatchObject({ generation: generation + 1 });
        }
        await storage.sessions.remove(session.id);
        expect(await find()).toBeUndefined();
      });
    });
  });

  describe(`${name}: reads of one key at the same time`, () => {
    afterEach(() => harness.cleanup());

    it("get copies", async () => {
      const { users, sessions } = await harness.open();
      const [user, session] = [aUser(), aSession()];
      await Promise.all([users.add(user), sessions.add(session)]);
      for (const [find, stored] of [
        [() => users.findById(user.id), structuredClone(user)],
        [() => sessions.find(session.id), structuredClone(session)],
      ] as const) {
        const found = await Promise.all([find(), find(), find()]);
        for (const each of found) {
          expect(each).toStrictEqual(stored);
          spoil(each);
        }
      }
    });
  });
}
