import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { Session } from "../../src/domain/session.ts";
import { ODD_KEYS, outcomes, type StorageHarness } from "../support/storage-harness.ts";
import { aSession } from "../support/storage-samples.ts";

// far in the future: a storage that also sweeps by its own clock must not interfere
const END = Date.parse("2100-01-01T00:00:00.500Z");
const end = (ms: number) => new Date(END + ms);

/** The contract of SessionRepository for removing sessions. */
export function sessionEndsContract(name: string, harness: StorageHarness): void {
  describe(`${name}: forgetting sessions`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    async function stored(fields: Partial<Session> = {}): Promise<Session> {
      const session = aSession({ userId: "user", expiresAt: end(0), ...fields });
      await storage.sessions.add(session);
      return session;
    }

    /** The sessions of these that are found both by id and in the list of their user. */
    async function left(sessions: Session[]): Promise<Session[]> {
      const found = await Promise.all(sessions.map(({ id }) => storage.sessions.find(id)));
      const users = [...new Set(sessions.map(({ userId }) => userId))];
      const lists = await Promise.all(users.map((userId) => storage.sessions.listOf(userId, 1000)));
      const rest = found.filter((session) => session !== undefined);
      expect(byId(lists.flat())).toStrictEqual(byId(rest));
      return rest;
    }

    it("removes a session, which can be added again", async () => {
      const [session, bystander] = [await stored(), await stored()];
      await storage.sessions.remove(session.id);
      await storage.sessions.remove(session.id);
      expect(await left([session, bystander])).toStrictEqual([bystander]);
      expect(await storage.sessions.advance(session.id, session.generation, end(0))).toBeUndefined();
      await storage.sessions.touch(session.id, end(0));
      expect(await left([session, bystander])).toStrictEqual([bystander]);
      await storage.sessions.add(session);
      expect(await left([session, bystander])).toStrictEqual([session, bystander]);
    });

    it.each(["another", ...ODD_KEYS].map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "removes nothing under %s",
      async (_, key) => {
        const session = await stored();
        await storage.sessions.remove(key);
        await storage.sessions.removeEarlier(key, 1000, undefined);
        await storage.sessions.removeEarlier("user", 0, key);
        expect(await left([session])).toStrictEqual([session]);
      },
    );

    it.each([undefined, "kept", "another"])("removes earlier sessions but %s", async (kept) => {
      const sessions = [];
      for (const epoch of [0, 1, 2, 3]) sessions.push(await stored({ epoch }));
      sessions.push(await stored({ epoch: 1, id: "kept" }));
      for (const userId of ["use", "users"]) sessions.push(await stored({ userId, epoch: 0 }));
      await storage.sessions.removeEarlier("user", 2, kept);
      const isLeft = (session: Session) =>
        session.epoch >= 2 || session.id === kept || session.userId !== "user";
      expect(await left(sessions)).toStrictEqual(sessions.filter(isLeft));
    });

    it("removes earlier sessions however many there are", async () => {
      const sessions = await Promise.all(Array.from({ length: 450 }, () => stored({ epoch: 0 })));
      await storage.sessions.removeEarlier("user", 1, undefined);
      expect(await left(sessions)).toEqual([]);
    });

    it("sweeps exactly what has ended", async () => {
      const sessions = [];
      for (const ms of [-1, 0, 1]) sessions.push(await stored({ expiresAt: end(ms) }));
      expect(await storage.sessions.sweep(end(-2), 10)).toBe(0);
      expect(await storage.sessions.sweep(end(0), 10)).toBe(2);
      expect(await storage.sessions.sweep(end(0), 10)).toBe(0);
      expect(await left(sessions)).toStrictEqual(sessions.slice(2));
    });

    it("sweeps by the end alone, not by the last use", async () => {
      const session = await stored();
      await storage.sessions.touch(session.id, end(5));
      await storage.sessions.advance(session.id, session.generation, end(5));
      expect(await storage.sessions.sweep(end(-1), 10)).toBe(0);
      expect(await storage.sessions.sweep(end(0), 10)).toBe(1);
      expect(await left([session])).toEqual([]);
    });

    it("sweeps at most `limit` at once", async () => {
      for (let i = 0; i < 5; i++) await stored({ expiresAt: end(i) });
      const swept = [];
      for (const limit of [0, 2, 2, 2]) swept.push(await storage.sessions.sweep(end(9), limit));
      expect(swept).toEqual([0, 2, 2, 1]);
    });

    it("counts each removed entry once among concurrent sweeps", async () => {
      for (let i = 0; i < 30; i++) await stored({ expiresAt: end(i) });
      const swept = await outcomes(() => storage.sessions.sweep(end(24), 2));
      const rest = await storage.sessions.sweep(end(24), 30);
      expect(swept.reduce((sum, count) => sum + count, rest)).toBe(25);
    });

    if (harness.reopen)
      it("keeps removed sessions removed", async () => {
        const removed = await stored();
        const earlier = await stored({ epoch: 0 });
        const [swept, kept] = [await stored({ expiresAt: end(-1) }), await stored()];
        await storage.sessions.remove(removed.id);
        await storage.sessions.removeEarlier("user", 1, undefined);
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await left([removed, earlier, swept, kept])).toStrictEqual([swept, kept]);
        expect(await storage.sessions.sweep(end(-1), 10)).toBe(1);
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await left([removed, earlier, swept, kept])).toStrictEqual([kept]);
      });

    it("rejects everything once closed", async () => {
      await storage.close();
      await expect(storage.sessions.remove("any")).rejects.toThrow();
      await expect(storage.sessions.removeEarlier("any", 1, undefined)).rejects.toThrow();
      await expect(storage.sessions.sweep(end(0), 1)).rejects.toThrow();
    });
  });
}

function byId(sessions: Session[]): Session[] {
  return sessions.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
