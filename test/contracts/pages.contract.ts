import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { StorageHarness } from "../support/storage-harness.ts";
import { aSession, aUser } from "../support/storage-samples.ts";

type List = (storage: Storage) => (after: string | undefined, limit: number) => Promise<object[]>;

/** Not in the order of storage, and with ids of both lengths in use. */
const IDS = ["b-2", "5f1e7c0a9d3b2c4e6f708192", "b-10", "B-1", "a", "0"];
const UNTIL = new Date("2100-01-02T03:04:05.678Z");

const users = IDS.map((id) => aUser({ id }));
const sessions = IDS.map((id) => aSession({ id }));
const revocations = IDS.map((key) => ({ key: `jti:${key}`, until: UNTIL }));

const LISTS: [string, List, { id?: string; key?: string }[], (storage: Storage) => Promise<unknown>][] = [
  [
    "users",
    (storage) => storage.users.list,
    users,
    (storage) => Promise.all(users.map((user) => storage.users.add(user))),
  ],
  [
    "sessions",
    (storage) => storage.sessions.list,
    sessions,
    (storage) => Promise.all(sessions.map((session) => storage.sessions.add(session))),
  ],
  [
    "revocations",
    (storage) => storage.revocations.list,
    revocations,
    (storage) => Promise.all(revocations.map(({ key, until }) => storage.revocations.add(key, until))),
  ],
];

/** The contract of all repositories for reading their records page by page. */
export function pagesContract(name: string, harness: StorageHarness): void {
  describe(`${name}: pages`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    it.each(LISTS)("lists all %s by id, over pages of any size", async (_, list, things, add) => {
      expect(await list(storage)(undefined, 10)).toEqual([]);
      await add(storage);
      const keyOf = ({ id, key }: { id?: string; key?: string }) => id ?? key ?? "";
      const inOrder = [...things].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
      for (const size of [1, 4, 6, 100]) {
        const found: object[] = [];
        for (;;) {
          const last = found.at(-1);
          const page = await list(storage)(last && keyOf(last), size);
          expect(page.length).toBeLessThanOrEqual(size);
          found.push(...page);
          if (page.length < size) break;
        }
        expect(found).toStrictEqual(inOrder);
      }
      expect(await list(storage)(undefined, 0)).toEqual([]);
      expect(await list(storage)("zzz", 10)).toEqual([]);
    });

    it.each(LISTS)("rejects listing %s once closed", async (_, list) => {
      await storage.close();
      await expect(list(storage)(undefined, 1)).rejects.toThrow();
    });
  });
}
