import { expect, it } from "vitest";
import { openArgon2Hasher } from "../../../src/adapters/argon2/password-hasher.ts";
import { leastTimes } from "../../support/least-time.ts";

const COST = { memoryKib: 64, passes: 1, lanes: 1 };
const DEAR = { memoryKib: 16_384, passes: 2, lanes: 1 };

it("makes a salted argon2id hash of the cost that is asked", async () => {
  const hasher = await openArgon2Hasher({ memoryKib: 128, passes: 3, lanes: 2 });
  const [one, other] = [await hasher.hash("correct horse"), await hasher.hash("correct horse")];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=128,t=3,p=2\$/);
  expect(one).not.toBe(other);
});

it("knows the password, and no other, whatever the cost that its hash was made at", async () => {
  const hash = await (await openArgon2Hasher({ memoryKib: 128, passes: 2, lanes: 1 })).hash("correct horse");
  for (const former of [[], [{ memoryKib: 128, passes: 2, lanes: 1 }], [COST, DEAR]]) {
    const hasher = await openArgon2Hasher(COST, former);
    expect(await hasher.verify(hash, "correct horse")).toBe(true);
    expect(await hasher.verify(hash, "correct horse ")).toBe(false);
    expect(await hasher.verify(undefined, "correct horse")).toBe(false);
  }
});

it("takes a letter composed and decomposed for one", async () => {
  const hasher = await openArgon2Hasher(COST);
  for (const [hashed, typed] of [
    ["caf\u00e9 creme", "cafe\u0301 creme"],
    ["cafe\u0301 creme", "caf\u00e9 creme"],
  ] as const) {
    expect(await hasher.verify(await hasher.hash(hashed), typed)).toBe(true);
  }
});

it("says that a hash of another cost or kind is outdated", async () => {
  const hasher = await openArgon2Hasher(COST, [DEAR]);
  expect(hasher.isOutdated(await hasher.hash("correct horse"))).toBe(false);
  expect(hasher.isOutdated(await (await openArgon2Hasher(DEAR)).hash("correct horse"))).toBe(true);
  expect(hasher.isOutdated("$pbkdf2-sha256$29000$c2FsdA$aGFzaA")).toBe(true);
});

const WHOLE =
  "$argon2id$v=19$m=64,t=1,p=1$H78jFYBKw5SdR/bqzXEYYg$vZzn0lVbEwaFWH6ROwjHMhJ1xkZUuM6LJMpAxFzQbXU";

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
  ["another scheme", "$pbkdf2-sha256$29000$c2FsdA$aGFzaA"],
])("takes %s for nobody's password, with the work of a hash and without a fault", async (_, stored) => {
  const hasher = await openArgon2Hasher(DEAR);
  const [none = 0, known = 0] = await leastTimes([
    () => hasher.verify(undefined, "correct horse"),
    () => hasher.verify(stored, "correct horse"),
  ]);
  expect(await hasher.verify(stored, "correct horse")).toBe(false);
  expect(known).toBeGreaterThan(none / 2);
});

it("does the work of every cost that is live, whichever the hash has, and without one", async () => {
  const cheap = await (await openArgon2Hasher(COST)).hash("correct horse");
  const dear = await (await openArgon2Hasher(DEAR)).hash("correct horse");
  for (const [cost, former] of [
    [COST, DEAR],
    [DEAR, COST],
  ] as const) {
    const hasher = await openArgon2Hasher(cost, [former]);
    const times = await leastTimes([
      () => hasher.verify(undefined, "wrong horse"),
      () => hasher.verify(cheap, "wrong horse"),
      () => hasher.verify(dear, "wrong horse"),
    ]);
    // a check at the low cost alone takes a hundredth of one at the high cost
    expect(Math.min(...times)).toBeGreaterThan(Math.max(...times) / 2);
  }
});
