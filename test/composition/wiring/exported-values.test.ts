import { describe, expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { keepCost } from "../../../src/composition/wiring/argon2-costs.ts";
import { exportedValues } from "../../../src/composition/wiring/exported-values.ts";

const [A, B, C] = [8, 16, 32].map((memoryKib) => ({ memoryKib, passes: 1, lanes: 1 }));
const merge = (name: string, stored: string, imported: string) => exportedValues[name]?.(stored, imported);

describe("what two storages say of their data", () => {
  it.each([
    ["none", "none", "none"],
    ["none", "29000", "29000"],
    ["29000", "none", "29000"],
    ["29000", "100000", "100000"],
    ["100000", "29000", "100000"],
  ])("is that there are old hashes where one has some: %s and %s", (stored, imported, merged) => {
    expect(merge("legacy-hashes", stored, imported)).toBe(merged);
  });

  it.each([
    [[A], [A], [A]],
    [[A], [B, A], [A, B]],
    [
      [A, B],
      [C, B],
      [A, B, C],
    ],
    [[], [A], [A]],
  ])("is every cost that one of them knows, its own first", (stored, imported, merged) => {
    const text = merge("argon2-costs", JSON.stringify(stored), JSON.stringify(imported));
    expect(text).toBe(JSON.stringify(merged));
  });

  it("is nothing where it cannot be read", () => {
    expect(merge("argon2-costs", JSON.stringify([A]), "{")).toBe(JSON.stringify([A]));
  });

  it("is understood by the next start", async () => {
    const { storedValues } = openMemoryStorage();
    if (A === undefined) throw new Error("unreachable");
    await storedValues.claim(
      "argon2-costs",
      merge("argon2-costs", JSON.stringify([A]), JSON.stringify([B])) ?? "",
    );
    expect(await keepCost(storedValues, A, "keep")).toEqual([B]);
  });
});
