import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { ODD_KEYS, type StorageHarness, spoil } from "../support/storage-harness.ts";

const NOW = new Date("2100-01-01T00:00:00.123Z");
const HOUR = 3_600_000;
const later = (ms: number) => new Date(NOW.getTime() + ms);
/** A limit that no test reaches. */
const MANY = 1_000_000;
const oneTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const ascending = (counts: number[]) => counts.toSorted((a, b) => a - b);

/** The contract of AttemptCounters. */
export function attemptCountersContract(name: string, harness: StorageHarness): void {
  describe(`${name}: attempts`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    /** The count and its start, or `undefined` if refused. */
    async function charge(key: string, at = NOW, windowMs = HOUR, attempts = MANY) {
      const { counted } = await storage.attempts.charge([{ key, limit: { attempts, windowMs } }], at);
      return counted?.map(({ count, since }) => ({ count, since }))[0];
    }

    const refund = (keys: readonly string[], since = NOW) =>
      storage.attempts.refund(keys.map((key) => ({ key, since })));

    const allOf = (...keys: string[]) =>
      keys.map((key) => ({ key, limit: { attempts: MANY, windowMs: HOUR } }));

    it("counts from one under each key, and tells the time of its first attempt", async () => {
      expect(await charge("a")).toEqual({ count: 1, since: NOW });
      expect(await charge("a", later(5))).toEqual({ count: 2, since: NOW });
      for (const key of ["b", "A", "a ", "aa", "-a", "_a"]) {
        expect(await charge(key, later(9))).toEqual({ count: 1, since: later(9) });
      }
    });

    it("counts under several keys in one call, in their order, and one key twice as twice", async () => {
      await charge("b");
      expect(await storage.attempts.charge(allOf("a", "b", "a"), NOW)).toEqual({
        counted: [
          { key: "a", count: 1, since: NOW },
          { key: "b", count: 2, since: NOW },
          { key: "a", count: 2, since: NOW },
        ],
      });
      expect(await storage.attempts.charge([], NOW)).toEqual({ counted: [] });
    });

    it("starts a new count when the window ends, to the millisecond", async () => {
      await charge("a");
      expect(await charge("a", later(HOUR - 1))).toEqual({ count: 2, since: NOW });
      expect(await charge("a", later(HOUR))).toEqual({ count: 1, since: later(HOUR) });
      expect(await charge("a", later(HOUR + 1))).toEqual({ count: 2, since: later(HOUR) });
    });

    it.each(["a new count", "a count that is over"])(
      "gives each of 50 at once a count of its own: %s",
      async (kind) => {
        if (kind !== "a new count") await charge("a", later(-2 * HOUR));
        const tallies = await Promise.all(oneTo(50).map(() => charge("a")));
        expect(ascending(tallies.map((tally) => tally?.count ?? 0))).toEqual(oneTo(50));
        expect(new Set(tallies.map((tally) => tally?.since.getTime()))).toEqual(new Set([NOW.getTime()]));
      },
    );

    it("refunds attempts, never below zero, and leaves other keys alone", async () => {
      for (const key of ["a", "a", "b"]) await charge(key);
      await refund(["a", "unknown"]);
      expect(await charge("a")).toEqual({ count: 2, since: NOW });
      for (let times = 0; times < 5; times += 1) await refund(["a"]);
      expect(await charge("a")).toEqual({ count: 1, since: NOW });
      expect(await charge("b")).toEqual({ count: 2, since: NOW });
      await refund([]);
      // one for each time that a key is given
      await refund(["b", "a", "b"]);
      expect(await charge("b")).toEqual({ count: 1, since: NOW });
    });

    it("removes a count that a refund brings to zero, so that refused attempts leave nothing behind", async () => {
      await charge("a");
      await charge("b");
      await charge("b");
      await refund(["a", "b"]);
      expect(await charge("a", later(5))).toEqual({ count: 1, since: later(5) });
      expect(await charge("b", later(5))).toEqual({ count: 2, since: NOW });
      await refund(["a"], later(5));
      await refund(["b", "b"]);
      expect(await storage.attempts.sweep(later(100 * HOUR), 10)).toBe(0);
    });

    it("does not change the next count by a refund to one that is over", async () => {
      await charge("a", later(-2 * HOUR));
      for (let times = 0; times < 3; times += 1) await refund(["a"], later(-2 * HOUR));
      expect(await charge("a")).toEqual({ count: 1, since: NOW });
      expect(await charge("a")).toEqual({ count: 2, since: NOW });
    });

    it("refunds nothing to a count that began after the attempt", async () => {
      await charge("a", later(-2 * HOUR));
      for (const key of ["a", "a", "b"]) await charge(key);
      await refund(["a", "b", "a"], later(-2 * HOUR));
      await refund(["a"], later(1));
      expect(await charge("a")).toEqual({ count: 3, since: NOW });
      expect(await charge("b")).toEqual({ count: 2, since: NOW });
      await storage.attempts.refund([
        { key: "a", since: later(-2 * HOUR) },
        { key: "b", since: NOW },
      ]);
      expect(await charge("a")).toEqual({ count: 4, since: NOW });
      expect(await charge("b")).toEqual({ count: 2, since: NOW });
    });

    it("loses no refund among 50 charges and refunds at once", async () => {
      for (let times = 0; times < 25; times += 1) await charge("a");
      await Promise.all(oneTo(50).map((racer) => (racer % 2 ? charge("a") : refund(["a"]))));
      expect(await charge("a")).toEqual({ count: 26, since: NOW });
    });

    it("sweeps counts that are over, at most `limit` at a time and never early", async () => {
      await charge("kept", NOW, HOUR + 1);
      for (const key of ["a", "b", "c"]) await charge(key);
      await charge("renewed", later(-HOUR));
      await charge("renewed", later(1));
      expect(await storage.attempts.sweep(later(HOUR - 1), 10)).toBe(0);
      expect(await storage.attempts.sweep(later(HOUR), 2)).toBe(2);
      expect(await storage.attempts.sweep(later(HOUR), 2)).toBe(1);
      expect(await charge("kept", later(HOUR))).toEqual({ count: 2, since: NOW });
      expect(await charge("renewed", later(HOUR))).toEqual({ count: 2, since: later(1) });
      // at an earlier time the count would still run, had the sweep not removed it
      expect(await charge("a", later(1))).toEqual({ count: 1, since: later(1) });
      expect(await storage.attempts.sweep(later(9 * HOUR), 0)).toBe(0);
      expect(await storage.attempts.sweep(later(9 * HOUR), 10)).toBe(3);
    });

    it("loses no attempt to sweeps of a count that is over", async () => {
      await charge("a", later(-2 * HOUR));
      const tallies = await Promise.all(
        oneTo(50).map((racer) => (racer % 2 ? charge("a") : storage.attempts.sweep(NOW, 10))),
      );
      const counts = tallies.flatMap((tally) => (typeof tally === "object" ? [tally.count] : []));
      expect(ascending(counts)).toEqual(oneTo(25));
    });

    it("keeps copies and gives copies", async () => {
      const now = later(0);
      const charging = storage.attempts.charge(allOf("a", "b"), now);
      spoil(now);
      const [first, second] = (await charging).counted ?? [];
      expect(first).toEqual({ key: "a", count: 1, since: NOW });
      spoil(first);
      expect(second).toEqual({ key: "b", count: 1, since: NOW });
      const attempt = { key: "a", since: later(0) };
      const refunding = storage.attempts.refund([attempt]);
      spoil(attempt);
      await refunding;
      expect(await charge("a")).toEqual({ count: 1, since: NOW });
      expect(await charge("a")).toEqual({ count: 2, since: NOW });
    });

    it.each(ODD_KEYS.map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "counts under %s or counts nothing of the call",
      async (_, key) => {
        const both = () => storage.attempts.charge(allOf("a", key), NOW).catch(() => ({ counted: [] }));
        const { counted: tallies = [] } = await both();
        const { counted: again = [] } = await both();
        expect(tallies.map(({ count }) => count)).toEqual(again.map(({ count }) => count - 1));
        expect(await charge("a")).toMatchObject({ count: tallies.length + 1 });
        await refund([key, "a"]);
        expect(await charge("a")).toMatchObject({ count: tallies.length + 1 });
        // BSON turns a lone surrogate into U+FFFD
        expect(await charge("\ufffd")).toEqual({ count: 1, since: NOW });
      },
    );

    if (harness.reopen)
      it("keeps its counts", async () => {
        await charge("a");
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await charge("a")).toEqual({ count: 2, since: NOW });
        expect(await storage.attempts.sweep(later(HOUR), 10)).toBe(1);
      });

    it("rejects everything once closed", async () => {
      await storage.close();
      await expect(charge("a")).rejects.toThrow();
      await expect(refund(["a"])).rejects.toThrow();
      await expect(storage.attempts.sweep(NOW, 1)).rejects.toThrow();
    });
  });
}
