import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { ODD_KEYS, outcomes, type StorageHarness, spoil } from "../support/storage-harness.ts";
import { revocationSweepContract } from "./revocation-sweep.contract.ts";

// far from today: the time passed in decides, not the clock of a storage
const END = Date.parse("2100-01-01T00:00:00.500Z");
const until = (ms: number) => new Date(END + ms);

/** The contract of RevocationRepository. */
export function revocationsContract(name: string, harness: StorageHarness): void {
  describe(`${name}: revocations`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    const counts = async (key: string, now: Date) => (await storage.revocations.find([key], now)).has(key);

    it("counts an entry until its end, to the millisecond", async () => {
      await storage.revocations.add("jti:1", until(0));
      expect(await counts("jti:1", new Date(0))).toBe(true);
      expect(await counts("jti:1", until(-1))).toBe(true);
      expect(await counts("jti:1", until(0))).toBe(false);
      expect(await counts("jti:1", until(1))).toBe(false);
    });

    it("finds the existing entries of none, one or many keys", async () => {
      await storage.revocations.add("sid:1", until(0));
      await storage.revocations.add("jti:1", until(5));
      await storage.revocations.add("jti:over", until(-1000));
      const find = async (...keys: string[]) => [...(await storage.revocations.find(keys, until(-1)))].sort();
      expect(await find()).toEqual([]);
      expect(await find("sid:1")).toEqual(["sid:1"]);
      expect(await find("sid:2")).toEqual([]);
      expect(await find("jti:2", "sid:1")).toEqual(["sid:1"]);
      expect(await find("sid:1", "sid:1", "jti:over", "jti:1")).toEqual(["jti:1", "sid:1"]);
      expect(await find("jti:over", "sid:2", "jti:2")).toEqual([]);
      const many = Array.from({ length: 300 }, (_, i) => `many:${String(i).padStart(3, "0")}`);
      for (const key of many.slice(100)) await storage.revocations.add(key, until(0));
      expect(await find(...many)).toEqual(many.slice(100));
    });

    it("tells only the first of concurrent callers that it added the entry", async () => {
      const told = await outcomes((racer) => storage.revocations.add("sid:1", until(racer)));
      expect(told.filter((isFirst) => isFirst)).toHaveLength(1);
      for (const ms of [0, 50]) expect(await storage.revocations.add("sid:1", until(ms))).toBe(false);
      expect(await storage.revocations.add("sid:2", until(0))).toBe(true);
    });

    it("distinguishes keys by every letter", async () => {
      await storage.revocations.add("jti:a", until(0));
      for (const key of ["jti:A", "jti:", "jti:a ", "sid:a", "a"]) {
        expect(await counts(key, until(-1))).toBe(false);
      }
    });

    it.each([
      [10, 0],
      [0, 10],
    ])("keeps the later of two ends (%i, then %i)", async (first, second) => {
      await storage.revocations.add("jti:1", until(first));
      await storage.revocations.add("jti:1", until(second));
      expect(await counts("jti:1", until(9))).toBe(true);
      expect(await counts("jti:1", until(10))).toBe(false);
    });

    it("keeps the latest of many ends that come at once", async () => {
      await outcomes((racer) => storage.revocations.add("jti:1", until((racer * 7) % 20)));
      expect(await counts("jti:1", until(18))).toBe(true);
      expect(await counts("jti:1", until(19))).toBe(false);
    });

    it("keeps a copy of the end", async () => {
      const end = until(0);
      await storage.revocations.add("jti:1", end);
      spoil(end);
      expect(await counts("jti:1", until(-1))).toBe(true);
    });

    it.each(ODD_KEYS.map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "finds nothing under %s",
      async (_, key) => {
        await storage.revocations.add("jti:1", until(0));
        expect(await counts(key, until(-1))).toBe(false);
        expect(await storage.revocations.find([key, "jti:1"], until(-1))).toEqual(new Set(["jti:1"]));
      },
    );

    it("shares nothing with another storage", async () => {
      await storage.revocations.add("jti:1", until(0));
      expect(await (await harness.open()).revocations.find(["jti:1"], until(-1))).toEqual(new Set());
    });

    if (harness.reopen)
      it("keeps entries", async () => {
        await storage.revocations.add("jti:1", until(0));
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await counts("jti:1", until(-1))).toBe(true);
        expect(await counts("jti:1", until(0))).toBe(false);
      });

    it("rejects everything once closed", async () => {
      await storage.close();
      await expect(storage.revocations.add("jti:1", until(0))).rejects.toThrow();
      await expect(storage.revocations.find(["jti:1"], until(0))).rejects.toThrow();
    });
  });
  revocationSweepContract(name, harness);
}
