import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import type { OneTimeToken } from "../../src/domain/one-time-token.ts";
import { ODD_KEYS, outcomes, type StorageHarness, spoil } from "../support/storage-harness.ts";
import { aOneTimeToken } from "../support/storage-samples.ts";

// far in the future: a storage that also sweeps by its own clock must not interfere
const END = Date.parse("2100-01-01T00:00:00.500Z");
const end = (ms: number) => new Date(END + ms);

/** The contract of OneTimeTokenRepository. */
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

    const find = ({ id }: OneTimeToken) => storage.oneTimeTokens.find(id);
    const consume = ({ id }: OneTimeToken) => storage.oneTimeTokens.consume(id);
    const prolong = ({ id }: OneTimeToken, ms: number) => storage.oneTimeTokens.prolong(id, end(ms));
    const sweep = (ms: number, limit = 10) => storage.oneTimeTokens.sweep(end(ms), limit);

    it.each([
      ["a token", aOneTimeToken()],
      ["a token of another purpose", aOneTimeToken({ purpose: "change_email" })],
      ["a token that is over", aOneTimeToken({ expiresAt: new Date(Date.now() - 1_001) })],
    ])("finds %s with every field as it went in", async (_, token) => {
      await storage.oneTimeTokens.put(token);
      expect(await find(token)).toStrictEqual(token);
    });

    it("keeps several of one purpose and user beside each other", async () => {
      const userId = "ada";
      const tokens = [
        await stored({ userId }),
        await stored({ userId }),
        await stored({ userId, purpose: "verify_email" }),
        await stored({ userId: "ad" }),
      ];
      expect(await Promise.all(tokens.map(find))).toStrictEqual(tokens);
      expect(await storage.oneTimeTokens.find(userId)).toBeUndefined();
    });

    it.each([-5, 5])("replaces the token with the same id (%i)", async (ms) => {
      const former = await stored();
      const next = aOneTimeToken({ id: former.id, purpose: "change_email", expiresAt: end(ms) });
      await storage.oneTimeTokens.put(next);
      expect(await find(former)).toStrictEqual(next);
      await storage.oneTimeTokens.removeOf(former.userId);
      expect(await sweep(ms - 1)).toBe(0);
      expect(await find(next)).toStrictEqual(next);
      expect(await sweep(ms)).toBe(1);
      expect(await find(next)).toBeUndefined();
    });

    it.each([-7, 7])("moves the end of a token and changes nothing else (%i)", async (ms) => {
      const [token, other] = [await stored(), await stored({ expiresAt: end(9) })];
      expect(await prolong(token, ms)).toBe(true);
      expect(await find(token)).toStrictEqual({ ...token, expiresAt: end(ms) });
      expect(await find(other)).toStrictEqual(other);
      expect(await sweep(ms - 1)).toBe(0);
      expect(await sweep(ms)).toBe(1);
    });

    it("does not restore a consumed token by moving its end", async () => {
      const token = await stored();
      await consume(token);
      expect(await prolong(token, 7)).toBe(false);
      expect(await find(token)).toBeUndefined();
      expect(await sweep(9)).toBe(0);
    });

    it.each([0, 1])("does not restore a token that is consumed meanwhile (%i)", async (first) => {
      const token = await stored();
      const did = await outcomes<boolean>((racer) =>
        racer % 2 === first ? prolong(token, racer) : consume(token),
      );
      const consumed = did.filter((won, racer) => won && racer % 2 !== first);
      expect(consumed).toHaveLength(1);
      expect(await find(token)).toBeUndefined();
      expect(await sweep(99)).toBe(0);
    });

    it("removes a consumed token, and no other", async () => {
      const token = await stored();
      const { userId } = token;
      const others = [await stored({ userId }), await stored({ userId, purpose: "verify_email" })];
      expect(await consume(token)).toBe(true);
      expect(await find(token)).toBeUndefined();
      expect(await consume(token)).toBe(false);
      expect(await Promise.all(others.map(find))).toStrictEqual(others);
      expect(await sweep(0)).toBe(2);
    });

    it("lets one of many consume a token", async () => {
      const token = await stored();
      const did = await outcomes(() => consume(token));
      expect(did.filter(Boolean)).toHaveLength(1);
      expect(await find(token)).toBeUndefined();
    });

    it("removes all tokens of a user, and none of another", async () => {
      const gone = [];
      for (let i = 0; i < 5; i++) gone.push(await stored({ userId: "ada", expiresAt: end(i) }));
      const kept = [];
      for (const userId of ["ad", "ada ", "ada!", "adb", "Ada"]) kept.push(await stored({ userId }));
      await storage.oneTimeTokens.removeOf("ada");
      expect(await Promise.all(gone.map(find))).toStrictEqual(gone.map(() => undefined));
      expect(await Promise.all(kept.map(find))).toStrictEqual(kept);
      await storage.oneTimeTokens.removeOf("ada");
      await storage.oneTimeTokens.removeOf("nobody");
      expect(await sweep(9)).toBe(kept.length);
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
      "finds, changes and removes nothing under %s",
      async (_, key) => {
        const token = await stored();
        // BSON turns a lone surrogate into U+FFFD
        const replaced = await stored({ userId: "\ufffd", id: "\ufffd" });
        expect(await storage.oneTimeTokens.find(key)).toBeUndefined();
        expect(await consume({ ...token, id: key })).toBe(false);
        expect(await prolong({ ...token, id: key }, 1)).toBe(false);
        await storage.oneTimeTokens.removeOf(key);
        expect(await Promise.all([token, replaced].map(find))).toStrictEqual([token, replaced]);
      },
    );

    it("sweeps exactly what has ended", async () => {
      const tokens = [];
      for (const ms of [-1, 0, 1]) tokens.push(await stored({ expiresAt: end(ms) }));
      expect(await sweep(-2)).toBe(0);
      expect(await sweep(0)).toBe(2);
      expect(await sweep(0)).toBe(0);
      expect(await Promise.all(tokens.map(find))).toStrictEqual([undefined, undefined, tokens[2]]);
    });

    it("sweeps at most `limit` at once", async () => {
      for (let i = 0; i < 5; i++) await stored({ expiresAt: end(i) });
      const swept = [];
      for (const limit of [0, 2, 2, 2]) swept.push(await sweep(9, limit));
      expect(swept).toEqual([0, 2, 2, 1]);
    });

    it("counts each removed entry once among concurrent sweeps", async () => {
      for (let i = 0; i < 30; i++) await stored({ expiresAt: end(i) });
      const swept = await outcomes(() => sweep(24, 2));
      const rest = await sweep(24, 30);
      expect(swept.reduce((sum, count) => sum + count, rest)).toBe(25);
    });

    if (harness.reopen)
      it("keeps tokens, and that they were consumed, moved or removed", async () => {
        const [kept, consumed, moved, removed] = [
          await stored(),
          await stored(),
          await stored(),
          await stored(),
        ];
        await consume(consumed);
        await prolong(moved, 7);
        await storage.oneTimeTokens.removeOf(removed.userId);
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await find(kept)).toStrictEqual(kept);
        expect(await find(consumed)).toBeUndefined();
        expect(await find(removed)).toBeUndefined();
        expect(await find(moved)).toStrictEqual({ ...moved, expiresAt: end(7) });
        expect(await sweep(0)).toBe(1);
      });

    it("rejects everything once closed", async () => {
      const token = await stored();
      await storage.close();
      await expect(storage.oneTimeTokens.put(token)).rejects.toThrow();
      await expect(find(token)).rejects.toThrow();
      await expect(consume(token)).rejects.toThrow();
      await expect(prolong(token, 1)).rejects.toThrow();
      await expect(storage.oneTimeTokens.removeOf(token.userId)).rejects.toThrow();
      await expect(sweep(0)).rejects.toThrow();
    });
  });
}
