import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { examineAtomicity } from "../../../src/composition/operating/examine-storage.ts";

describe("whether conditional updates are atomic", () => {
  it("is found where one of many is made", async () => {
    expect(await examineAtomicity(openMemoryStorage())).toMatchObject({ status: "ok" });
  });

  it("is refuted where a storage reads and writes in two steps", async () => {
    const { settings } = openMemoryStorage();
    const twoSteps = {
      ...settings,
      async replace(name: string, expected: string, next: string) {
        const found = await settings.find(name);
        await setImmediate();
        return found === expected && settings.replace(name, (await settings.find(name)) ?? "", next);
      },
    };
    expect(await examineAtomicity({ settings: twoSteps })).toMatchObject({ status: "failed" });
  });
});
