import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StoredSigningKey } from "../../src/application/ports/storage/signing-keys.ts";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { outcomes, RACERS, type StorageHarness, spoil } from "../support/storage-harness.ts";
import { aSigningKey } from "../support/storage-samples.ts";

/** The contract of SigningKeyRepository. */
export function signingKeysContract(name: string, harness: StorageHarness): void {
  describe(`${name}: signing keys`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    const ring = async () => byKid(await storage.signingKeys.list());

    it("lists nothing at first", async () => {
      expect(await storage.signingKeys.list()).toEqual([]);
    });

    it("lists all keys with every field as it went in", async () => {
      const keys = [
        aSigningKey("ES256", 1),
        aSigningKey("ES256", 2),
        aSigningKey("ES256", 10),
        aSigningKey("EdDSA", 1),
      ];
      for (const key of keys) expect(await storage.signingKeys.add(key)).toBe(true);
      expect(await ring()).toStrictEqual(byKid(keys));
    });

    it("refuses a taken place", async () => {
      const key = aSigningKey("ES256", 1);
      await storage.signingKeys.add(key);
      expect(await storage.signingKeys.add(aSigningKey("ES256", 1))).toBe(false);
      expect(await ring()).toStrictEqual([key]);
    });

    it("gives a contested place to exactly one of many", async () => {
      const keys = Array.from({ length: RACERS }, () => aSigningKey("ES256", 1));
      const added = await outcomes((racer) => storage.signingKeys.add(keys[racer] as StoredSigningKey));
      expect(added.filter((did) => did)).toHaveLength(1);
      expect(await ring()).toStrictEqual([keys[added.indexOf(true)]]);
    });

    it("replaces the private half only if it is the expected one, and nothing else of the key", async () => {
      const [key, other] = [aSigningKey("ES256", 1), aSigningKey("ES256", 2)];
      for (const one of [key, other]) await storage.signingKeys.add(one);
      const { replacePrivateKey } = storage.signingKeys;
      expect(await replacePrivateKey(key.kid, "another", "next")).toBe(false);
      expect(await replacePrivateKey("no such kid", key.sealedPrivateKey, "next")).toBe(false);
      expect(await replacePrivateKey(key.kid, key.sealedPrivateKey, "next")).toBe(true);
      expect(await ring()).toStrictEqual(byKid([{ ...key, sealedPrivateKey: "next" }, other]));
    });

    it("removes the private half only if it is the expected one, once", async () => {
      const [key, other] = [aSigningKey("ES256", 1), aSigningKey("ES256", 2)];
      for (const one of [key, other]) await storage.signingKeys.add(one);
      const { replacePrivateKey } = storage.signingKeys;
      expect(await replacePrivateKey(key.kid, "another", undefined)).toBe(false);
      expect(await replacePrivateKey(key.kid, key.sealedPrivateKey, undefined)).toBe(true);
      expect(await ring()).toStrictEqual(byKid([{ ...key, sealedPrivateKey: undefined }, other]));
      expect(await replacePrivateKey(key.kid, key.sealedPrivateKey, "next")).toBe(false);
      expect(await replacePrivateKey(key.kid, "", "next")).toBe(false);
      expect(await ring()).toStrictEqual(byKid([{ ...key, sealedPrivateKey: undefined }, other]));
    });

    it("takes a key that never had a private half", async () => {
      const key = { ...aSigningKey("ES256", 1), sealedPrivateKey: undefined };
      expect(await storage.signingKeys.add(key)).toBe(true);
      expect(await ring()).toStrictEqual([key]);
    });

    it("removes a key and frees its place", async () => {
      const [key, other, next] = [aSigningKey("ES256", 1), aSigningKey("ES256", 2), aSigningKey("ES256", 1)];
      for (const one of [key, other]) await storage.signingKeys.add(one);
      await storage.signingKeys.remove("no such kid");
      await storage.signingKeys.remove(key.kid);
      await storage.signingKeys.remove(key.kid);
      expect(await ring()).toStrictEqual([other]);
      expect(await storage.signingKeys.replacePrivateKey(key.kid, key.sealedPrivateKey, "next")).toBe(false);
      expect(await storage.signingKeys.add(next)).toBe(true);
      expect(await ring()).toStrictEqual(byKid([next, other]));
    });

    it("lets one of many replace a private half", async () => {
      const key = aSigningKey("ES256", 1);
      await storage.signingKeys.add(key);
      const replaced = await outcomes((racer) =>
        storage.signingKeys.replacePrivateKey(key.kid, key.sealedPrivateKey, `by ${racer}`),
      );
      expect(replaced.filter((did) => did)).toHaveLength(1);
      expect((await ring())[0]?.sealedPrivateKey).toBe(`by ${replaced.indexOf(true)}`);
    });

    it("gives out copies and keeps copies", async () => {
      const key = aSigningKey("ES256", 1);
      const before = structuredClone(key);
      await storage.signingKeys.add(key);
      spoil(key);
      spoil(await storage.signingKeys.list());
      (await storage.signingKeys.list()).pop();
      expect(await ring()).toStrictEqual([before]);
    });

    it("shares nothing with another storage", async () => {
      await storage.signingKeys.add(aSigningKey("ES256", 1));
      const other = await harness.open();
      expect(await other.signingKeys.list()).toEqual([]);
      expect(await other.signingKeys.add(aSigningKey("ES256", 1))).toBe(true);
    });

    if (harness.reopen)
      it("keeps keys, and that their places are taken", async () => {
        const [key, other, removed] = [
          aSigningKey("ES256", 1),
          aSigningKey("ES256", 2),
          aSigningKey("ES256", 3),
        ];
        for (const one of [key, other, removed]) await storage.signingKeys.add(one);
        await storage.signingKeys.replacePrivateKey(other.kid, other.sealedPrivateKey, undefined);
        await storage.signingKeys.remove(removed.kid);
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await ring()).toStrictEqual(byKid([key, { ...other, sealedPrivateKey: undefined }]));
        expect(await storage.signingKeys.add(aSigningKey("ES256", 1))).toBe(false);
      });

    it("rejects everything once closed", async () => {
      await storage.close();
      await expect(storage.signingKeys.add(aSigningKey("ES256", 1))).rejects.toThrow();
      await expect(storage.signingKeys.list()).rejects.toThrow();
      await expect(storage.signingKeys.replacePrivateKey("kid", "a", "b")).rejects.toThrow();
      await expect(storage.signingKeys.remove("kid")).rejects.toThrow();
    });
  });
}

function byKid(keys: StoredSigningKey[]): StoredSigningKey[] {
  return keys.toSorted((a, b) => (a.kid < b.kid ? -1 : 1));
}
