import { randomBytes } from "node:crypto";
import argon2 from "argon2";
import { describe, expect, it } from "vitest";
import { argon2Driver } from "../../../src/adapters/argon2/argon2-driver.ts";
import type { Argon2Cost, Argon2Driver } from "../../../src/adapters/argon2/driver.ts";
import { nodeRsDriver } from "../../../src/adapters/argon2/node-rs-driver.ts";
import { openArgon2Hasher } from "../../../src/adapters/argon2/password-hasher.ts";
import { headerOf } from "../../../src/adapters/argon2/phc.ts";

const DRIVERS = [
  { name: "argon2", driver: argon2Driver, other: nodeRsDriver },
  { name: "@node-rs/argon2", driver: nodeRsDriver, other: argon2Driver },
];

const COST = { memoryKib: 64, passes: 1, lanes: 1 };
const OTHER_COST = { memoryKib: 128, passes: 2, lanes: 1 };

/** A driver that records the kinds and costs of the hashes verified since the last look. */
function counted(driver: Argon2Driver) {
  const headers: string[] = [];
  const counting: Argon2Driver = {
    ...driver,
    verify(phc, password) {
      headers.push(phc.slice(0, phc.indexOf("p=") + 4));
      return driver.verify(phc, password);
    },
  };
  return { counting, work: () => headers.splice(0) };
}

/** A hash of "correct horse". */
const WHOLE =
  "$argon2id$v=19$m=64,t=1,p=1$H78jFYBKw5SdR/bqzXEYYg$JlMnsW7bF0j54MrIUH77GsYdb095g61R4zW7KlRFph0";

describe.each(DRIVERS)("the hasher on $name", ({ driver, other }) => {
  it("makes a salted argon2id hash of the cost that is asked", async () => {
    const hasher = await openArgon2Hasher(driver, { memoryKib: 128, passes: 3, lanes: 2 });
    const [one, other] = [await hasher.hash("correct horse"), await hasher.hash("correct horse")];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=128,t=3,p=2\$/);
    expect(one).not.toBe(other);
  });

  it("accepts the correct password only, at any cost of its hash", async () => {
    const hash = await (await openArgon2Hasher(driver, { memoryKib: 128, passes: 2, lanes: 1 })).hash(
      "correct horse",
    );
    for (const former of [[], [{ memoryKib: 128, passes: 2, lanes: 1 }], [COST, OTHER_COST]]) {
      const hasher = await openArgon2Hasher(driver, COST, former);
      expect(await hasher.verify(hash, "correct horse")).toBe(true);
      expect(await hasher.verify(hash, "correct horse ")).toBe(false);
      expect(await hasher.verify(undefined, "correct horse")).toBe(false);
    }
  });

  it("takes a letter composed and decomposed for one", async () => {
    const hasher = await openArgon2Hasher(driver, COST);
    for (const [hashed, typed] of [
      ["caf\u00e9 creme", "cafe\u0301 creme"],
      ["cafe\u0301 creme", "caf\u00e9 creme"],
    ] as const) {
      expect(await hasher.verify(await hasher.hash(hashed), typed)).toBe(true);
    }
  });

  it("says that a hash of another cost or kind is outdated", async () => {
    const hasher = await openArgon2Hasher(driver, COST, [OTHER_COST]);
    expect(hasher.isOutdated(await hasher.hash("correct horse"))).toBe(false);
    expect(hasher.isOutdated(await (await openArgon2Hasher(driver, OTHER_COST)).hash("correct horse"))).toBe(
      true,
    );
    expect(hasher.isOutdated("$pbkdf2-sha256$29000$c2FsdA$aGFzaA")).toBe(true);
  });

  it.each([
    ["nothing", ""],
    ["a kind by name alone", "$argon2garbage"],
    ["a kind and no more", "$argon2id$"],
    ["a kind that is none", WHOLE.replace("argon2id", "argon2xx")],
    ["no lanes", WHOLE.replace("p=1", "p=0")],
    ["an absurd memory", WHOLE.replace("m=64", "m=99999999999")],
    ["absurd passes", WHOLE.replace("t=1", "t=99999")],
    ["a checksum cut short", WHOLE.slice(0, -1)],
    ["a line too many", `${WHOLE}\n`],
    ["less memory than its lanes need", WHOLE.replace("p=1", "p=9")],
    ["a salt with stray bits", WHOLE.replace("YYg$", "YYh$")],
    ["a salt of no whole number of bytes", WHOLE.replace("YYg$", "YYgAAA$")],
    ["a checksum with stray bits", `${WHOLE.slice(0, -1)}1`],
    ["another kind of argon2", WHOLE.replace("argon2id", "argon2i")],
    ["another version", WHOLE.replace("v=19", "v=16")],
    ["another scheme", "$pbkdf2-sha256$29000$c2FsdA$aGFzaA"],
  ])("refuses %s, with the work of a hash and without an error", async (_, stored) => {
    const { counting, work } = counted(driver);
    const hasher = await openArgon2Hasher(counting, COST, [OTHER_COST]);
    expect(await hasher.verify(stored, "correct horse")).toBe(false);
    expect(work()).toEqual([headerOf(COST), headerOf(OTHER_COST)]);
  });

  it("does the work of every live cost, for a hash of any cost and without a hash", async () => {
    const { counting, work } = counted(driver);
    const costs = [COST, OTHER_COST];
    const hashes = await Promise.all(
      costs.map(async (cost) => (await openArgon2Hasher(driver, cost)).hash("correct horse")),
    );
    for (const [cost, former] of [costs, costs.toReversed()] as [Argon2Cost, Argon2Cost][]) {
      const hasher = await openArgon2Hasher(counting, cost, [former]);
      for (const stored of [undefined, ...hashes]) {
        for (const password of ["correct horse", "wrong horse"]) {
          await hasher.verify(stored, password);
          expect(work()).toEqual([headerOf(cost), headerOf(former)]);
        }
      }
    }
  });

  it.each([
    { memoryKib: 8, passes: 1, lanes: 1 },
    { memoryKib: 128, passes: 3, lanes: 2 },
    { memoryKib: 1_024, passes: 1, lanes: 8 },
    { memoryKib: 19_456, passes: 2, lanes: 1 },
  ])("verifies what the other driver made at $memoryKib KiB, $passes passes, $lanes lanes", async (cost) => {
    const [own, others] = [await openArgon2Hasher(driver, COST), await openArgon2Hasher(other, cost)];
    for (const password of [
      "correct horse",
      "",
      "caf\u00e9",
      "nul\0nul",
      "half a pair \ud800",
      "p".repeat(1_000),
    ]) {
      const made = await others.hash(password);
      expect(made).toHaveLength((await (await openArgon2Hasher(driver, cost)).hash(password)).length);
      expect(await own.verify(made, password)).toBe(true);
      expect(await own.verify(made, `${password}x`)).toBe(false);
    }
  });

  it("verifies hashes with salts of any length", async () => {
    for (const bytes of [9, 16, 48, 64, 255]) {
      const options = { memoryCost: 64, timeCost: 1, parallelism: 1, salt: randomBytes(bytes) };
      const made = await argon2.hash("correct horse", options);
      const hasher = await openArgon2Hasher(driver, COST);
      expect(await hasher.verify(made, "correct horse")).toBe(true);
      expect(await hasher.verify(made, "wrong horse")).toBe(false);
    }
  });

  it("fails to open at a cost that it cannot compute", async () => {
    await expect(openArgon2Hasher(driver, { memoryKib: 8, passes: 1, lanes: 2 })).rejects.toThrow(
      /memory cost/i,
    );
  });
});
