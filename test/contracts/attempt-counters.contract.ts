import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage.ts";
import type { StorageHarness } from "../support/storage-harness.ts";

const NOW = new Date("2100-01-01T00:00:00.123Z");
const HOUR = 3_600_000;
const later = (ms: number) => new Date(NOW.getTime() + ms);

/** What AttemptCounters promises. */
export function attemptCountersContract(name: string, harness: StorageHarness): void {
  describe(`${name}: attempts`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    const charge = (key: string, at = NOW, windowMs = HOUR) =>
      storage.attempts.charge([{ key, windowMs }], at).then(([tally]) => tally);

    it("counts up from one, since the first", async () => {
      expect(await charge("a")).toEqual({ count: 1, since: NOW });
      expect(await charge("a", later(5))).toEqual({ count: 2, since: NOW });
      expect(await charge("b", later(9))).toEqual({ count: 1, since: later(9) });
    });

    it("counts under several keys in one call, in their order, and one key twice as twice", async () => {
      await charge("b");
      const charges = ["a", "b", "a"].map((key) => ({ key, windowMs: HOUR }));
      const tallies = await storage.attempts.charge(charges, NOW);
      expect(tallies[1]).toEqual({ count: 2, since: NOW });
      expect([tallies[0]?.count, tallies[2]?.count].sort()).toEqual([1, 2]);
      expect(await storage.attempts.charge([], NOW)).toEqual([]);
    });

    it("begins anew once the window is over, to the millisecond", async () => {
      await charge("a");
      expect(await charge("a", later(HOUR - 1))).toEqual({ count: 2, since: NOW });
      expect(await charge("a", later(HOUR))).toEqual({ count: 1, since: later(HOUR) });
      expect(await charge("a", later(HOUR + 1))).toEqual({ count: 2, since: later(HOUR) });
    });

    it.each(["a new count", "a count that is over"])(
      "gives each of 50 at once a count of its own: %s",
      async (kind) => {
        if (kind !== "a new count") await charge("a", later(-2 * HOUR));
        const tallies = await Promise.all(Array.from({ length: 50 }, () => charge("a")));
        expect(tallies.map((tally) => tally?.count).sort((a = 0, b = 0) => a - b)).toEqual(
          Array.from({ length: 50 }, (_, index) => index + 1),
        );
        expect(new Set(tallies.map((tally) => tally?.since.getTime()))).toEqual(new Set([NOW.getTime()]));
      },
    );

    it("takes attempts back, never below zero, and leaves other keys alone", async () => {
      for (const key of ["a", "a", "b"]) await charge(key);
      await storage.attempts.refund(["a", "unknown"]);
      expect(await charge("a")).toEqual({ count: 2, since: NOW });
      for (let times = 0; times < 5; times += 1) await storage.attempts.refund(["a"]);
      expect(await charge("a")).toEqual({ count: 1, since: NOW });
      expect(await charge("b")).toEqual({ count: 2, since: NOW });
      await storage.attempts.refund([]);
    });

    it("loses no refund among 50 charges and refunds at once", async () => {
      for (let times = 0; times < 25; times += 1) await charge("a");
      await Promise.all(
        Array.from({ length: 50 }, (_, index) => (index % 2 ? charge("a") : storage.attempts.refund(["a"]))),
      );
      expect(await charge("a")).toEqual({ count: 26, since: NOW });
    });

    it("forgets what is over when it is swept, so many at a time, and never early", async () => {
      await charge("kept", NOW, HOUR + 1);
      for (const key of ["a", "b", "c"]) await charge(key);
      await charge("renewed", later(-HOUR));
      await charge("renewed", later(1));
      expect(await storage.attempts.sweep(later(HOUR - 1), 10)).toBe(0);
      expect(await storage.attempts.sweep(later(HOUR), 2)).toBe(2);
      expect(await storage.attempts.sweep(later(HOUR), 2)).toBe(1);
      expect(await charge("kept", later(HOUR))).toEqual({ count: 2, since: NOW });
      expect(await charge("renewed", later(HOUR))).toEqual({ count: 2, since: later(1) });
    });

    if (harness.reopen)
      it("keeps its counts", async () => {
        await charge("a");
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await charge("a")).toEqual({ count: 2, since: NOW });
      });

    it("rejects everything once closed", async () => {
      await storage.close();
      await expect(charge("a")).rejects.toThrow();
      await expect(storage.attempts.refund(["a"])).rejects.toThrow();
      await expect(storage.attempts.sweep(NOW, 1)).rejects.toThrow();
    });
  });
}
