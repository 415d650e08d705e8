import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { Session } from "../../src/domain/session.ts";
import { ODD_KEYS, outcomes, type StorageHarness, spoil } from "../support/storage-harness.ts";
import { aSession } from "../support/storage-samples.ts";

const BEFORE = new Date("2024-03-05T06:07:08.009Z");
const at = (ms: number) => new Date(BEFORE.getTime() + ms);
const by = (ms: number) => ({ authenticatedAt: at(ms), amr: ["pwd"] });

/** The obligations of SessionRepository for authenticating again within a session. */
export function sessionAuthenticationContract(name: string, harness: StorageHarness): void {
  describe(`${name}: authentication of sessions`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    async function stored(fields: Partial<Session> = {}): Promise<Session> {
      const session = aSession({ authenticatedAt: BEFORE, lastUsedAt: BEFORE, ...fields });
      await storage.sessions.add(session);
      return session;
    }

    it("replaces the authentication, which is a use, and nothing else", async () => {
      const session = await stored();
      const bystander = await stored({ userId: session.userId });
      const next = { ...session, ...by(5), lastUsedAt: at(5) };
      expect(await storage.sessions.authenticate(session.id, BEFORE, by(5))).toStrictEqual(next);
      expect(await storage.sessions.find(session.id)).toStrictEqual(next);
      expect(await storage.sessions.listOf(session.userId, 10)).toContainEqual(bystander);
    });

    it.each([-5, 0])("records one at %i ms, and keeps a later use", async (ms) => {
      const session = await stored({ lastUsedAt: at(1) });
      const next = { ...session, ...by(ms), lastUsedAt: at(1) };
      expect(await storage.sessions.authenticate(session.id, BEFORE, by(ms))).toStrictEqual(next);
      expect(await storage.sessions.find(session.id)).toStrictEqual(next);
    });

    it.each([-1, 1])("does nothing if the last one was %i ms off the expected time", async (ms) => {
      const session = await stored();
      expect(await storage.sessions.authenticate(session.id, at(ms), by(5))).toBeUndefined();
      expect(await storage.sessions.find(session.id)).toStrictEqual(session);
    });

    it.each(["another", ...ODD_KEYS].map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "makes no session under %s",
      async (_, key) => {
        expect(await storage.sessions.authenticate(key, BEFORE, by(5))).toBeUndefined();
        expect(await storage.sessions.find(key)).toBeUndefined();
      },
    );

    it("lets one of many win", async () => {
      const session = await stored();
      const ends = await outcomes((racer) =>
        storage.sessions.authenticate(session.id, BEFORE, by(racer + 1)),
      );
      const winners = ends.filter((end) => end !== undefined);
      expect(winners).toHaveLength(1);
      expect(winners[0]).toMatchObject(by(ends.indexOf(winners[0]) + 1));
      expect(await storage.sessions.find(session.id)).toStrictEqual(winners[0]);
    });

    it("loses nothing to rotations and uses at the same time, nor they to it", async () => {
      const session = await stored({ generation: 0 });
      const { advance, authenticate, touch } = storage.sessions;
      await outcomes<unknown>((racer) => {
        if (racer === 7) return authenticate(session.id, BEFORE, by(5));
        return racer === 13 ? advance(session.id, 0, at(6)) : touch(session.id, at(racer));
      });
      expect(await storage.sessions.find(session.id)).toMatchObject({ ...by(5), generation: 1 });
    });

    it("brings no removed session back", async () => {
      for (let round = 0; round < 5; round += 1) {
        const session = await stored();
        const { authenticate, remove } = storage.sessions;
        await outcomes<unknown>((racer) =>
          racer === 9 ? remove(session.id) : authenticate(session.id, BEFORE, by(racer + 1)),
        );
        expect(await storage.sessions.find(session.id)).toBeUndefined();
        expect(await storage.sessions.listOf(session.userId, 10)).toEqual([]);
      }
    });

    it("keeps a copy and gives out copies", async () => {
      const session = await stored();
      const next = by(5);
      spoil(await storage.sessions.authenticate(session.id, BEFORE, next));
      spoil(next);
      expect(await storage.sessions.find(session.id)).toMatchObject(by(5));
    });

    if (harness.reopen)
      it("keeps it", async () => {
        const session = await stored();
        await storage.sessions.authenticate(session.id, BEFORE, by(5));
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await storage.sessions.find(session.id)).toMatchObject(by(5));
      });

    it("rejects once closed", async () => {
      await storage.close();
      await expect(storage.sessions.authenticate("any", BEFORE, by(5))).rejects.toThrow();
    });
  });
}
