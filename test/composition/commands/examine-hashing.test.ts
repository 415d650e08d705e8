import { expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { examineFlaskHashes, judgeCost } from "../../../src/composition/commands/examine-hashing.ts";
import { aUser } from "../../support/storage-samples.ts";

it.each([
  ["OWASP's least", 19_456, 2, 60, "ok", undefined],
  ["as good with less memory", 7_168, 5, 60, "ok", undefined],
  ["below it by one KiB", 19_455, 2, 60, "warning", /OWASP/],
  ["below it by one pass", 46_000, 1, 60, "warning", /OWASP/],
  ["below it, slow or not", 1_024, 1, 900, "warning", /OWASP/],
  ["fast here", 19_456, 2, 20, "ok", /room.*ARGON2_PASSES=8 /],
  ["fast, but not by a whole pass", 19_456, 2, 49, "ok", /ARGON2_PASSES=3 /],
  ["slow, but not too slow", 19_456, 10, 500, "ok", undefined],
  ["too slow by its passes", 19_456, 40, 1_000, "warning", /ARGON2_PASSES=3 /],
  ["too slow by its memory", 1_048_576, 2, 1_000, "warning", /ARGON2_MEMORY_KIB/],
] as const)("judges a cost %s", (_, memoryKib, passes, ms, status, advice) => {
  const judged = judgeCost({ memoryKib, passes, lanes: 1 }, ms);
  expect(judged.status).toBe(status);
  if (advice === undefined) expect(judged.advice).toBeUndefined();
  else expect(judged.advice).toMatch(advice);
});

it("counts the hashes of the Flask server that are left, where some were brought over", async () => {
  const storage = openMemoryStorage();
  const flask = `$pbkdf2-sha256$29000$${"A".repeat(22)}$${"A".repeat(43)}`;
  await storage.users.add(aUser({ passwordHash: flask }));
  await storage.users.add(aUser());
  expect(await examineFlaskHashes(storage)).toMatchObject({ status: "ok", found: "none were imported" });
  await storage.storedValues.claim("legacy-hashes", "29000");
  expect(await examineFlaskHashes(storage)).toMatchObject({
    status: "warning",
    found: expect.stringContaining("1 of 2"),
  });
});
