import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { Session } from "../../src/domain/session.ts";
import { ODD_KEYS, outcomes, type StorageHarness, spoil } from "../support/storage-harness.ts";
import { aSession } from "../support/storage-samples.ts";

const AT = Date.parse("2024-03-05T06:07:08.009Z");
const at = (ms: number) => new Date(AT + ms);

/** The contract of SessionRepository for recording uses and listing. */
export function sessionUpkeepContract(name: string, harness: StorageHarness): void {
  describe(`${name}: uses and lists of sessions`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    async function stored(fields: Partial<Session> = {}): Promise<Session> {
      const session = aSession(fields);
      await storage.sessions.add(session);
      return session;
    }

    it("records a later use, and nothing else", async () => {
      const session = await stored({ lastUsedAt: at(0) });
      const bystander = await stored({ userId: session.userId });
      for (const ms of [1, 0, -1, 1]) {
        await storage.sessions.touch(session.id, at(ms));
        expect(await storage.sessions.find(session.id)).toStrictEqual({ ...session, lastUsedAt: at(1) });
      }
      expect(await storage.sessions.find(bystander.id)).toStrictEqual(bystander);
    });

    it("records the latest of many uses at once", async () => {
      const session = await stored({ lastUsedAt: at(-1) });
      await outcomes((racer) => storage.sessions.touch(session.id, at((racer * 7) % 20)));
      expect(await storage.sessions.find(session.id)).toStrictEqual({ ...session, lastUsedAt: at(19) });
    });

    it("does not undo an advance among many uses", async () => {
      const session = await stored({ generation: 0 });
      const { advance, touch } = storage.sessions;
      const ends = await outcomes<unknown>((racer) =>
        racer === 9 ? advance(session.id, 0, at(0)) : touch(session.id, at(racer)),
      );
      const stepped = { generation: 1, generationStartedAt: at(0) };
      expect(ends[9]).toMatchObject(stepped);
      expect(await storage.sessions.find(session.id)).toMatchObject(stepped);
    });

    it("keeps a copy of the moment of use", async () => {
      const session = await stored({ lastUsedAt: at(0) });
      const moment = at(1);
      await storage.sessions.touch(session.id, moment);
      spoil(moment);
      expect(await storage.sessions.find(session.id)).toStrictEqual({ ...session, lastUsedAt: at(1) });
    });

    it.each(["another", ...ODD_KEYS].map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "records no use and lists nothing under %s",
      async (_, key) => {
        await stored();
        await storage.sessions.touch(key, at(0));
        expect(await storage.sessions.find(key)).toBeUndefined();
        expect(await storage.sessions.listOf(key, 10)).toEqual([]);
      },
    );

    it("lists the sessions of a user as they are, the latest begun first", async () => {
      const userId = "user";
      const ages = [3, -AT - 1, 0, 5, -1, 4, 1];
      const sessions: Session[] = [];
      for (const ms of ages) sessions.push(await stored({ userId, createdAt: at(ms) }));
      // keys next to this one, which a faulty range could include
      for (const other of ["use", "user ", "user!", "user0", "users", "uses", "ü"]) {
        for (const ms of ages) await stored({ userId: other, createdAt: at(ms) });
      }
      await storage.sessions.touch(sessions[4]?.id as string, at(99));
      const latestFirst = [5, 4, 3, 1, 0, -1, -AT - 1].map((ms) => sessions[ages.indexOf(ms)] as Session);
      latestFirst[5] = { ...(sessions[4] as Session), lastUsedAt: at(99) };
      expect(await storage.sessions.listOf(userId, 100)).toStrictEqual(latestFirst);
      for (const limit of [0, 1, 6, 7]) {
        expect(await storage.sessions.listOf(userId, limit)).toStrictEqual(latestFirst.slice(0, limit));
        for (const [index, session] of latestFirst.entries()) {
          const expected = latestFirst.slice(index + 1, index + 1 + limit);
          expect(await storage.sessions.listOf(userId, limit, session)).toStrictEqual(expected);
        }
      }
    });

    it("orders sessions that begin at the same time by id", async () => {
      const userId = "user";
      const sessions: Session[] = [];
      for (let i = 0; i < 10; i++) sessions.push(await stored({ userId, createdAt: at(i % 2) }));
      const idsOf = (parity: number) =>
        sessions
          .filter((_, i) => i % 2 === parity)
          .map(({ id }) => id)
          .sort()
          .reverse();
      const expected = [...idsOf(1), ...idsOf(0)];
      for (const limit of [10, 7, 3]) {
        const listed = await storage.sessions.listOf(userId, limit);
        expect(listed.map(({ id }) => id)).toEqual(expected.slice(0, limit));
        const next = await storage.sessions.listOf(userId, limit, listed.at(-1));
        expect(next.map(({ id }) => id)).toEqual(expected.slice(limit, 2 * limit));
      }
    });

    it("lists copies", async () => {
      const session = await stored();
      spoil(await storage.sessions.listOf(session.userId, 10));
      expect(await storage.sessions.listOf(session.userId, 10)).toStrictEqual([session]);
    });

    if (harness.reopen)
      it("keeps uses and lists", async () => {
        const session = await stored();
        await storage.sessions.touch(session.id, at(0));
        storage = (await harness.reopen?.(storage)) as Storage;
        const used = { ...session, lastUsedAt: at(0) };
        expect(await storage.sessions.listOf(session.userId, 10)).toStrictEqual([used]);
      });

    it("rejects everything once closed", async () => {
      await storage.close();
      await expect(storage.sessions.touch("any", at(0))).rejects.toThrow();
      await expect(storage.sessions.listOf("any", 1)).rejects.toThrow();
    });
  });
}
