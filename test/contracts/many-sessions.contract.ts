import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { Session } from "../../src/domain/session.ts";
import { ODD_KEYS, type StorageHarness } from "../support/storage-harness.ts";
import { aSession } from "../support/storage-samples.ts";

const MANY = 1_000;
/** Records in a group; the event loop does other work between two groups. */
const GROUP = 200;
const NOW = new Date("2024-03-05T06:07:08.009Z");
const FAR = new Date("2200-01-01T00:00:00.000Z");

/** The contract of SessionRepository for a user with many sessions. */
export function manySessionsContract(name: string, harness: StorageHarness): void {
  describe(`${name}: many sessions of a user`, { timeout: 60_000 }, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    async function stored(count: number, fields: Partial<Session> = {}): Promise<Session[]> {
      const sessions = Array.from({ length: count }, () => aSession({ userId: "user", ...fields }));
      // a few at once: each has a deadline
      for (let at = 0; at < count; at += 20)
        await Promise.all(sessions.slice(at, at + 20).map(storage.sessions.add));
      return sessions;
    }

    it("tells whether a user has more sessions than a count, ended ones included, and other users' not", async () => {
      const { hasMoreThan } = storage.sessions;
      for (const userId of ["use", "users", "user "]) await stored(3, { userId });
      expect(await hasMoreThan("user", 0)).toBe(false);
      const [first, second] = await stored(3, { createdAt: FAR });
      const answers = () => Promise.all([0, 1, 2, 3, 100].map((count) => hasMoreThan("user", count)));
      expect(await answers()).toEqual([true, true, true, false, false]);
      await storage.sessions.advance(first?.id as string, 7, NOW);
      await storage.sessions.touch(first?.id as string, FAR);
      expect(await answers()).toEqual([true, true, true, false, false]);
      await storage.sessions.remove(second?.id as string);
      await storage.sessions.remove(second?.id as string);
      expect(await answers()).toEqual([true, true, false, false, false]);
    });

    it.each(ODD_KEYS.map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "says that there are none of %s",
      async (_, key) => {
        // BSON turns a lone surrogate into U+FFFD
        await stored(1, { userId: "\ufffd" });
        expect(await storage.sessions.hasMoreThan(key, 0)).toBe(false);
      },
    );

    it("lists all of them page by page, also if the last one of a page is removed meanwhile", async () => {
      const sessions = await stored(450);
      const listed: Session[] = [];
      for (let page = await storage.sessions.listOf("user", 100); page.length > 0; ) {
        listed.push(...page);
        const last = page.at(-1) as Session;
        await storage.sessions.remove(last.id);
        page = await storage.sessions.listOf("user", 100, last);
      }
      expect(idsOf(listed)).toEqual(idsOf(sessions).sort().reverse());
    });

    it.each<[string, (storage: Storage) => Promise<unknown>]>([
      ["listing", ({ sessions }) => sessions.listOf("user", MANY)],
      ["forgetting earlier ones", ({ sessions }) => sessions.removeEarlier("user", 1, undefined)],
      ["sweeping", ({ sessions }) => sessions.sweep(FAR, MANY)],
    ])("leaves the event loop to others while %s", async (_, work) => {
      let most = 0;
      // a busy machine may give a server both cores until it has answered: work that holds the loop holds it each time
      for (let tries = 0; tries < 3 && most < MANY / GROUP - 1; tries += 1) {
        await stored(MANY, { epoch: 0 });
        most = Math.max(most, await turnsDuring(() => work(storage)));
      }
      expect(most).toBeGreaterThanOrEqual(MANY / GROUP - 1);
    });

    it("rejects once closed", async () => {
      await storage.close();
      await expect(storage.sessions.hasMoreThan("any", 1)).rejects.toThrow();
    });
  });
}

/** Counts the turns of the event loop while `work` runs. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const turn = () => {
    if (isDone) return;
    turns += 1;
    setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isDone = true;
  return turns;
}

const idsOf = (sessions: readonly Session[]) => sessions.map(({ id }) => id);
