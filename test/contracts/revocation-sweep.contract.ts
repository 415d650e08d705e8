import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { outcomes, type StorageHarness } from "../support/storage-harness.ts";

// far in the future: a storage that also sweeps by its own clock must not interfere
const END = Date.parse("2100-01-01T00:00:00.500Z");
const until = (ms: number) => new Date(END + ms);

/** The contract of RevocationRepository for sweeping. */
export function revocationSweepContract(name: string, harness: StorageHarness): void {
  describe(`${name}: sweeping revocations`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    const counts = async (key: string, now: Date) => (await storage.revocations.find([key], now)).has(key);

    it("sweeps exactly the entries that no longer count", async () => {
      for (const ms of [-1, 0, 1]) await storage.revocations.add(`jti:${ms}`, until(ms));
      expect(await storage.revocations.sweep(until(-2), 10)).toBe(0);
      expect(await storage.revocations.sweep(until(0), 10)).toBe(2);
      expect(await storage.revocations.sweep(until(0), 10)).toBe(0);
      // at a time before their ends the entries would still count, had the sweep not removed them
      const left = await storage.revocations.find(["jti:-1", "jti:0", "jti:1"], until(-2));
      expect(left).toEqual(new Set(["jti:1"]));
      await storage.revocations.add("jti:0", until(0));
      expect(await counts("jti:0", until(-1))).toBe(true);
    });

    it("sweeps at most `limit` at once", async () => {
      for (let i = 0; i < 5; i++) await storage.revocations.add(`jti:${i}`, until(i));
      const swept = [];
      for (const limit of [0, 2, 2, 2]) swept.push(await storage.revocations.sweep(until(9), limit));
      expect(swept).toEqual([0, 2, 2, 1]);
    });

    it.each([
      [0, 10],
      [10, 0],
    ])("sweeps no entry before the later of its ends (%i, then %i)", async (first, second) => {
      await storage.revocations.add("jti:1", until(first));
      await storage.revocations.add("jti:1", until(second));
      expect(await storage.revocations.sweep(until(9), 10)).toBe(0);
      expect(await counts("jti:1", until(9))).toBe(true);
      expect(await storage.revocations.sweep(until(10), 10)).toBe(1);
      expect(await counts("jti:1", until(-1))).toBe(false);
    });

    it.each([0, 1])("keeps an end that is moved later while the earlier one is swept (%i)", async (first) => {
      await storage.revocations.add("jti:1", until(0));
      const { add, sweep } = storage.revocations;
      await outcomes<unknown>((racer) =>
        racer % 2 === first ? add("jti:1", until(10 + racer)) : sweep(until(5), 10),
      );
      expect(await counts("jti:1", until(27 + first))).toBe(true);
    });

    it("counts each removed entry once among concurrent sweeps", async () => {
      for (let i = 0; i < 30; i++) await storage.revocations.add(`jti:${i}`, until(i));
      const swept = await outcomes(() => storage.revocations.sweep(until(24), 2));
      const rest = await storage.revocations.sweep(until(24), 30);
      expect(swept.reduce((sum, count) => sum + count, rest)).toBe(25);
    });

    if (harness.reopen)
      it("sweeps what an earlier use of the storage left", async () => {
        for (const ms of [0, 1]) await storage.revocations.add(`jti:${ms}`, until(ms));
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await storage.revocations.sweep(until(0), 10)).toBe(1);
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await counts("jti:0", until(-1))).toBe(false);
        expect(await counts("jti:1", until(-1))).toBe(true);
      });

    it("rejects once closed", async () => {
      await storage.close();
      await expect(storage.revocations.sweep(until(0), 1)).rejects.toThrow();
    });
  });
}
