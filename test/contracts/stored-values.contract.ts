import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { ODD_KEYS, outcomes, type StorageHarness } from "../support/storage-harness.ts";

/** The contract of StoredValues, and of a storage that holds them. */
export function storedValuesContract(name: string, harness: StorageHarness): void {
  describe(`${name}: stored values`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    it("keeps the first value claimed for a name", async () => {
      expect(await storage.storedValues.claim("issuer", "first")).toBe("first");
      expect(await storage.storedValues.claim("issuer", "second")).toBe("first");
      expect(await storage.storedValues.claim("another", "second")).toBe("second");
    });

    it("finds claimed and replaced values, and nothing else", async () => {
      await storage.storedValues.claim("issuer", "first");
      expect(await storage.storedValues.find("issuer")).toBe("first");
      await storage.storedValues.replace("issuer", "first", "next");
      expect(await storage.storedValues.find("issuer")).toBe("next");
      for (const name of ["another", ...ODD_KEYS]) {
        expect(await storage.storedValues.find(name)).toBeUndefined();
      }
    });

    it.each(["", "0", "ü \u{1f600}", "x".repeat(100_000)])("keeps any text", async (value) => {
      await storage.storedValues.claim("name", value);
      expect(await storage.storedValues.claim("name", "another")).toBe(value);
    });

    it("gives one value to all concurrent claims of a name", async () => {
      const values = await outcomes((racer) => storage.storedValues.claim("issuer", `value ${racer}`));
      expect(new Set(values).size).toBe(1);
      expect(await storage.storedValues.claim("issuer", "later")).toBe(values[0]);
    });

    it("replaces a value only if it is the expected one", async () => {
      await storage.storedValues.claim("issuer", "first");
      expect(await storage.storedValues.replace("issuer", "other", "next")).toBe(false);
      expect(await storage.storedValues.claim("issuer", "")).toBe("first");
      expect(await storage.storedValues.replace("issuer", "first", "next")).toBe(true);
      expect(await storage.storedValues.claim("issuer", "")).toBe("next");
    });

    it("does not replace a missing value", async () => {
      for (const name of ["issuer", ...ODD_KEYS]) {
        expect(await storage.storedValues.replace(name, "", "next")).toBe(false);
        expect(await storage.storedValues.replace(name, "undefined", "next")).toBe(false);
      }
      expect(await storage.storedValues.claim("issuer", "first")).toBe("first");
    });

    it("lets one of many replace a value", async () => {
      await storage.storedValues.claim("issuer", "first");
      const replaced = await outcomes((racer) =>
        storage.storedValues.replace("issuer", "first", `next ${racer}`),
      );
      expect(replaced.filter((did) => did)).toHaveLength(1);
      expect(await storage.storedValues.claim("issuer", "")).toBe(`next ${replaced.indexOf(true)}`);
    });

    it("shares nothing with another storage", async () => {
      await storage.storedValues.claim("issuer", "first");
      expect(await (await harness.open()).storedValues.claim("issuer", "second")).toBe("second");
    });

    if (harness.reopen)
      it("keeps values", async () => {
        await storage.storedValues.claim("issuer", "first");
        await storage.storedValues.replace("issuer", "first", "next");
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await storage.storedValues.claim("issuer", "another")).toBe("next");
      });

    it("rejects everything once closed", async () => {
      await storage.close();
      await expect(storage.storedValues.claim("issuer", "first")).rejects.toThrow();
      await expect(storage.storedValues.replace("issuer", "first", "next")).rejects.toThrow();
    });

    it("answers a ping until it is closed; closing twice is allowed", async () => {
      await expect(storage.ping()).resolves.toBeUndefined();
      await Promise.all([storage.close(), storage.close()]);
      await expect(storage.ping()).rejects.toThrow();
      await storage.close();
    });

    it("finishes pending work when it is closed", async () => {
      const claims = outcomes((racer) => storage.storedValues.claim(`name ${racer}`, "value"));
      await storage.close();
      expect(await claims).toHaveLength(20);
    });
  });
}
