import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { ODD_KEYS, outcomes, type StorageHarness, spoil } from "../support/storage-harness.ts";
import { aSession } from "../support/storage-samples.ts";
import { manySessionsContract } from "./many-sessions.contract.ts";
import { sessionAuthenticationContract } from "./session-authentication.contract.ts";
import { sessionEndsContract } from "./session-ends.contract.ts";
import { sessionUpkeepContract } from "./session-upkeep.contract.ts";

const AT = new Date("2024-03-05T06:07:08.009Z");

/** The contract of SessionRepository. */
export function sessionsContract(name: string, harness: StorageHarness): void {
  describe(`${name}: sessions`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    it("finds a session with every field as it went in", async () => {
      const sessions = [aSession(), aSession({ generation: 0, epoch: 0, userAgent: "", ip: "" })];
      for (const session of sessions) await storage.sessions.add(session);
      for (const session of sessions) expect(await storage.sessions.find(session.id)).toStrictEqual(session);
    });

    it("finds nothing in an empty storage", async () => {
      await storage.sessions.add(aSession());
      expect(await storage.sessions.find("another")).toBeUndefined();
      expect(await storage.sessions.advance("another", 0, AT)).toBeUndefined();
    });

    it.each(ODD_KEYS.map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "finds nothing under %s",
      async (_, key) => {
        expect(await storage.sessions.find(key)).toBeUndefined();
        expect(await storage.sessions.advance(key, 0, AT)).toBeUndefined();
      },
    );

    it("gives out copies and keeps copies", async () => {
      const session = aSession({ generation: 0 });
      const before = structuredClone(session);
      await storage.sessions.add(session);
      spoil(session);
      spoil(await storage.sessions.find(before.id));
      expect(await storage.sessions.find(before.id)).toStrictEqual(before);

      const at = new Date(AT);
      spoil(await storage.sessions.advance(before.id, 0, at));
      spoil(at);
      const advanced = { ...before, generation: 1, generationStartedAt: AT, lastUsedAt: AT };
      expect(await storage.sessions.find(before.id)).toStrictEqual(advanced);
    });

    it("shares nothing with another storage", async () => {
      const session = aSession();
      await storage.sessions.add(session);
      expect(await (await harness.open()).sessions.find(session.id)).toBeUndefined();
    });

    it("does not overwrite a session of the same id", async () => {
      const session = aSession();
      await storage.sessions.add(session);
      await expect(storage.sessions.add(aSession({ id: session.id, generation: 0 }))).rejects.toThrow();
      expect(await storage.sessions.find(session.id)).toStrictEqual(session);
    });

    it("advances to the next generation, begun and used then", async () => {
      const session = aSession({ generation: 7 });
      const bystander = aSession({ generation: 7 });
      await storage.sessions.add(session);
      await storage.sessions.add(bystander);
      const advanced = { ...session, generation: 8, generationStartedAt: AT, lastUsedAt: AT };
      expect(await storage.sessions.advance(session.id, 7, AT)).toStrictEqual(advanced);
      expect(await storage.sessions.find(session.id)).toStrictEqual(advanced);
      expect(await storage.sessions.find(bystander.id)).toStrictEqual(bystander);
    });

    it.each([6, 8])("does not advance a session of generation 7 from %i", async (generation) => {
      const session = aSession({ generation: 7 });
      await storage.sessions.add(session);
      expect(await storage.sessions.advance(session.id, generation, AT)).toBeUndefined();
      expect(await storage.sessions.find(session.id)).toStrictEqual(session);
    });

    it("lets one of many advance", async () => {
      const session = aSession({ generation: 0 });
      await storage.sessions.add(session);
      const moments = (racer: number) => new Date(AT.getTime() + racer);
      const ends = await outcomes((racer) => storage.sessions.advance(session.id, 0, moments(racer)));
      const winners = ends.filter((end) => end !== undefined);
      expect(winners).toHaveLength(1);
      expect(winners[0]).toMatchObject({ generation: 1, lastUsedAt: moments(ends.indexOf(winners[0])) });
      expect(await storage.sessions.find(session.id)).toStrictEqual(winners[0]);
    });

    if (harness.reopen)
      it("keeps sessions", async () => {
        const session = aSession();
        await storage.sessions.add(session);
        const advanced = await storage.sessions.advance(session.id, session.generation, AT);
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(advanced).toBeDefined();
        expect(await storage.sessions.find(session.id)).toStrictEqual(advanced);
      });

    it("rejects everything once closed", async () => {
      await storage.close();
      await expect(storage.sessions.add(aSession())).rejects.toThrow();
      await expect(storage.sessions.find("any")).rejects.toThrow();
      await expect(storage.sessions.advance("any", 0, AT)).rejects.toThrow();
    });
  });
  sessionUpkeepContract(name, harness);
  sessionAuthenticationContract(name, harness);
  sessionEndsContract(name, harness);
  manySessionsContract(name, harness);
}
