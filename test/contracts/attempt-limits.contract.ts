import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Charge } from "../../src/application/ports/storage/attempt-counters.ts";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { outcomes, RACERS, type StorageHarness } from "../support/storage-harness.ts";

const NOW = new Date("2100-01-01T00:00:00.123Z");
const HOUR = 3_600_000;
const MINUTE = 60_000;
const later = (ms: number) => new Date(NOW.getTime() + ms);

/** The contract of AttemptCounters for limits. `isOneStep`: the storage changes several keys in one atomic step. */
export function attemptLimitsContract(
  name: string,
  harness: StorageHarness,
  { isOneStep = false }: { readonly isOneStep?: boolean } = {},
): void {
  describe(`${name}: limits of attempts`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    const of = (key: string, attempts: number): Charge => ({ key, limit: { attempts, windowMs: HOUR } });
    const charge = (charges: readonly Charge[], at = NOW) => storage.attempts.charge(charges, at);

    /** The count of the key. Reads it by a charge, which is refunded. */
    async function countOf(key: string): Promise<number> {
      const { counted = [] } = await charge([of(key, 1_000_000)]);
      await storage.attempts.refund(counted);
      return (counted[0]?.count ?? 0) - 1;
    }

    async function fill(key: string, attempts: number): Promise<void> {
      for (let time = 0; time < attempts; time += 1) await charge([of(key, attempts)]);
    }

    it("refuses attempts over the limit until the window ends", async () => {
      await fill("a", 3);
      expect(await charge([of("a", 3)], later(MINUTE))).toEqual({ refused: { at: 0, waitMs: 59 * MINUTE } });
      expect(await charge([of("a", 3)], later(HOUR - 1))).toEqual({ refused: { at: 0, waitMs: 1 } });
      expect(await charge([of("a", 3)], later(HOUR))).toMatchObject({ counted: [{ count: 1 }] });
    });

    it("allows one more after each wait", async () => {
      const limit = { attempts: 2, windowMs: HOUR, waits: { firstMs: MINUTE, longestMs: 15 * MINUTE } };
      const attempt = (at: Date) => charge([{ key: "a", limit }], at);
      for (const count of [1, 2]) expect(await attempt(NOW)).toMatchObject({ counted: [{ count }] });
      for (const [index, minutes] of [1, 3, 7, 15, 30, 45].entries()) {
        const opensAt = minutes * MINUTE;
        expect(await attempt(later(opensAt - 1))).toEqual({ refused: { at: 0, waitMs: 1 } });
        expect(await attempt(later(opensAt))).toMatchObject({ counted: [{ count: 3 + index, since: NOW }] });
      }
      expect(await attempt(later(45 * MINUTE))).toEqual({ refused: { at: 0, waitMs: 15 * MINUTE } });
    });

    it("allows attempts up to the limit if another process' clock began the count a little later", async () => {
      expect(await charge([of("a", 2)], later(5))).toMatchObject({ counted: [{ count: 1 }] });
      expect(await charge([of("a", 2)])).toMatchObject({ counted: [{ count: 2, since: later(5) }] });
      expect(await charge([of("a", 2)])).toMatchObject({ refused: { at: 0 } });
    });

    it("counts nothing if any key refuses, and names the first that does", async () => {
      await fill("full", 1);
      await fill("also full", 1);
      await fill("b", 1);
      for (const at of [0, 1, 2]) {
        const charges = [of("a", 9), of("b", 9)].toSpliced(at, 0, of("full", 1));
        expect(await charge([...charges, of("also full", 1)])).toMatchObject({ refused: { at } });
      }
      expect(await countOf("a")).toBe(0);
      expect(await countOf("b")).toBe(1);
      expect(await countOf("full")).toBe(1);
      expect(await charge([of("twice", 1), of("twice", 1)])).toMatchObject({ refused: { at: 1 } });
      expect(await countOf("twice")).toBe(0);
    });

    it.each(["a new count", "a count that is over", "a count that goes on"])(
      "lets exactly `limit` of many concurrent attempts pass: %s",
      async (kind) => {
        if (kind === "a count that is over") await charge([of("a", 9)], later(-2 * HOUR));
        if (kind === "a count that goes on") await charge([of("a", 9)]);
        const before = await countOf("a");
        const all = await outcomes(() => charge([of("narrow", RACERS), of("a", 7)]));
        const passed = all.flatMap(({ counted = [] }) => counted.map(({ key, count }) => `${key} ${count}`));
        const own = passed.filter((text) => text.startsWith("a "));
        const counts = Array.from({ length: 7 - before }, (_, index) => `a ${before + index + 1}`);
        expect(own.toSorted()).toEqual(counts);
        expect(await countOf("a")).toBe(7);
        expect(await countOf("narrow")).toBe(7 - before);
      },
    );

    it("does not count attempts refused by an earlier key under a later one, also concurrently", async () => {
      await fill("full", 2);
      await fill("wide", 4);
      // one attempt is left under the wide key: a refused charge must not use it up
      await outcomes(async (racer) => {
        if (racer % 4 > 0)
          return expect(await charge([of("full", 2), of("wide", 5)])).toHaveProperty("refused");
      });
      for (let round = 0; round < 3; round += 1) {
        const [genuine] = await Promise.all([
          charge([of("own", 9), of("wide", 5)]),
          outcomes(() => charge([of("full", 2), of("wide", 5)])),
        ]);
        expect(genuine.counted).toMatchObject([{ key: "own" }, { key: "wide", count: 5 }]);
        await storage.attempts.refund(genuine.counted ?? []);
      }
      expect(await countOf("wide")).toBe(4);
    });

    if (isOneStep)
      it("never lets refused attempts raise any count, not even for a moment", async () => {
        await fill("full", 2);
        await fill("narrow", 4);
        for (let round = 0; round < 3; round += 1) {
          const flood = outcomes(() => charge([of("narrow", 5), of("full", 2)]));
          const genuine = await charge([of("narrow", 5), of("own", 9)]);
          expect(genuine.counted).toMatchObject([{ key: "narrow", count: 5 }, { key: "own" }]);
          await storage.attempts.refund(genuine.counted ?? []);
          await flood;
        }
        expect(await countOf("narrow")).toBe(4);
      });
  });
}
