import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OneTimeToken } from "../../src/application/ports/one-time-tokens.ts";
import type { Storage } from "../../src/application/ports/storage.ts";
import { ODD_KEYS, outcomes, type StorageHarness, spoil } from "../support/storage-harness.ts";
import { aOneTimeToken } from "../support/storage-samples.ts";

// far from today: a storage that sweeps by a clock of its own leaves all of it to the test
const END = Date.parse("2100-01-01T00:00:00.500Z");
const end = (ms: number) => new Date(END + ms);

/** What OneTimeTokenRepository promises. */
export function oneTimeTokensContract(name: string, harness: StorageHarness): void {
  describe(`${name}: one-time tokens`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    async function stored(fields: Partial<OneTimeToken> = {}): Promise<OneTimeToken> {
      const token = aOneTimeToken({ expiresAt: end(0), ...fields });
      await storage.oneTimeTokens.put(token);
      return token;
    }

    const find = ({ purpose, userId }: OneTimeToken) => storage.oneTimeTokens.find(purpose, userId);
    const consume = ({ purpose, userId, id }: OneTimeToken) =>
      storage.oneTimeTokens.consume(purpose, userId, id);
    const sweep = (ms: number, limit = 10) => storage.oneTimeTokens.sweep(end(ms), limit);

    it.each([
      ["a token", aOneTimeToken()],
      ["a token of another purpose", aOneTimeToken({ purpose: "change_email" })],
      ["a token that is over", aOneTimeToken({ expiresAt: new Date(Date.now() - 1_001) })],
    ])("finds %s with every field as it went in", async (_, token) => {
      await storage.oneTimeTokens.put(token);
      expect(await find(token)).toStrictEqual(token);
    });

    it("keeps one for each purpose of each user", async () => {
      const userId = "ada";
      const tokens = [
        await stored({ userId }),
        await stored({ userId, purpose: "verify_email" }),
        await stored({ userId: "ad" }),
        await stored({ userId: "ada " }),
      ];
      expect(await Promise.all(tokens.map(find))).toStrictEqual(tokens);
      expect(await storage.oneTimeTokens.find("change_email", userId)).toBeUndefined();
      expect(await storage.oneTimeTokens.find("reset_password", "a")).toBeUndefined();
    });

    it.each([-5, 5])("puts a token in the place of whichever was there (%i)", async (ms) => {
      const former = await stored();
      const next = aOneTimeToken({
        userId: former.userId,
        email: { shown: "Other@b.example", canonical: "other@b.example" },
        expiresAt: end(ms),
      });
      await storage.oneTimeTokens.put(next);
      expect(await find(former)).toStrictEqual(next);
      expect(await sweep(ms - 1)).toBe(0);
      expect(await find(next)).toStrictEqual(next);
      expect(await sweep(ms)).toBe(1);
      expect(await find(next)).toBeUndefined();
    });

    it("puts the same token anew with a later end", async () => {
      const token = await stored();
      const renewed = await stored({ ...token, expiresAt: end(7) });
      expect(await sweep(6)).toBe(0);
      expect(await find(token)).toStrictEqual(renewed);
      expect(await consume(token)).toBe(true);
    });

    it("holds one whole token of many that are put at once", async () => {
      const tokens = Array.from({ length: 20 }, (_, i) =>
        aOneTimeToken({ userId: "ada", email: { shown: `${i}`, canonical: `${i}` }, expiresAt: end(i) }),
      );
      await outcomes((racer) => storage.oneTimeTokens.put(tokens[racer] as OneTimeToken));
      const found = await storage.oneTimeTokens.find("reset_password", "ada");
      expect(tokens).toContainEqual(found);
      expect(await sweep(19, 100)).toBe(1);
    });

    it("forgets a token that is consumed, and no other", async () => {
      const token = await stored();
      const others = [await stored({ userId: token.userId, purpose: "verify_email" }), await stored()];
      expect(await consume(token)).toBe(true);
      expect(await find(token)).toBeUndefined();
      expect(await consume(token)).toBe(false);
      expect(await Promise.all(others.map(find))).toStrictEqual(others);
      expect(await sweep(0)).toBe(2);
    });

    it("leaves a token alone where an older one, or one of another user or purpose, is consumed", async () => {
      const older = await stored();
      const token = await stored({ userId: older.userId });
      expect(await consume(older)).toBe(false);
      expect(await consume({ ...token, userId: "another" })).toBe(false);
      expect(await consume({ ...token, purpose: "verify_email" })).toBe(false);
      expect(await find(token)).toStrictEqual(token);
      expect(await consume(token)).toBe(true);
    });

    it("lets one of many consume a token", async () => {
      const token = await stored();
      const did = await outcomes(() => consume(token));
      expect(did.filter(Boolean)).toHaveLength(1);
      expect(await find(token)).toBeUndefined();
    });

    it.each([0, 1])("loses no token that is put while an older one is consumed (%i)", async (first) => {
      const older = await stored();
      const token = aOneTimeToken({ userId: older.userId, expiresAt: end(0) });
      await outcomes<unknown>((racer) =>
        racer % 2 === first ? storage.oneTimeTokens.put(token) : consume(older),
      );
      expect(await find(token)).toStrictEqual(token);
      expect(await sweep(0)).toBe(1);
    });

    it("keeps copies and gives out copies", async () => {
      const token = await stored();
      const before = structuredClone(token);
      spoil(token);
      spoil(await find(before));
      expect(await find(before)).toStrictEqual(before);
      expect(await sweep(-1)).toBe(0);
    });

    it.each(ODD_KEYS.map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "finds and consumes nothing under %s",
      async (_, key) => {
        const token = await stored();
        // what BSON would make of a lone surrogate
        const replaced = await stored({ userId: "\ufffd", id: "\ufffd" });
        expect(await storage.oneTimeTokens.find("reset_password", key)).toBeUndefined();
        expect(await consume({ ...token, userId: key })).toBe(false);
        expect(await consume({ ...token, id: key })).toBe(false);
        expect(await consume({ ...replaced, id: key })).toBe(false);
        expect(await Promise.all([token, replaced].map(find))).toStrictEqual([token, replaced]);
      },
    );

    it("sweeps what has ended, and nothing that lives", async () => {
      const tokens = [];
      for (const ms of [-1, 0, 1]) tokens.push(await stored({ expiresAt: end(ms) }));
      expect(await sweep(-2)).toBe(0);
      expect(await sweep(0)).toBe(2);
      expect(await sweep(0)).toBe(0);
      expect(await Promise.all(tokens.map(find))).toStrictEqual([undefined, undefined, tokens[2]]);
    });

    it("sweeps no more than so many at once", async () => {
      for (let i = 0; i < 5; i++) await stored({ expiresAt: end(i) });
      const swept = [];
      for (const limit of [0, 2, 2, 2]) swept.push(await sweep(9, limit));
      expect(swept).toEqual([0, 2, 2, 1]);
    });

    it("counts once what many sweep at once", async () => {
      for (let i = 0; i < 30; i++) await stored({ expiresAt: end(i) });
      const swept = await outcomes(() => sweep(24, 2));
      const rest = await sweep(24, 30);
      expect(swept.reduce((sum, count) => sum + count, rest)).toBe(25);
    });

    if (harness.reopen)
      it("keeps tokens, and that they were consumed", async () => {
        const [kept, consumed] = [await stored(), await stored()];
        await consume(consumed);
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await find(kept)).toStrictEqual(kept);
        expect(await find(consumed)).toBeUndefined();
        expect(await sweep(0)).toBe(1);
      });

    it("rejects everything once closed", async () => {
      const token = await stored();
      await storage.close();
      await expect(storage.oneTimeTokens.put(token)).rejects.toThrow();
      await expect(find(token)).rejects.toThrow();
      await expect(consume(token)).rejects.toThrow();
      await expect(sweep(0)).rejects.toThrow();
    });
  });
}
