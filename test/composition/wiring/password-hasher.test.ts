import { expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { raiseFlaskRounds } from "../../../src/application/flask/flask-rounds.ts";
import { readConfig } from "../../../src/composition/settings/config.ts";
import { openHasher } from "../../../src/composition/wiring/password-hasher.ts";
import { turn } from "../../support/core.ts";
import { leastTimes } from "../../support/least-time.ts";
import { FREE_AND_CHEAP } from "../../support/server-process.ts";

it("does the work of old hashes, by the dearest of them, once it learns that an import brought some", async () => {
  const { storedValues } = openMemoryStorage();
  const { hasher, reload } = await openHasher(
    readConfig({ STORAGE: "memory", ...FREE_AND_CHEAP }),
    { driver: "argon2", warning: undefined },
    storedValues,
  );
  const timeOfUnknown = async () =>
    (await leastTimes([() => hasher.verify(undefined, "password", turn)]))[0] as number;
  const before = await timeOfUnknown();
  await raiseFlaskRounds(storedValues, 1);
  await reload();
  const usual = await timeOfUnknown();
  expect(usual).toBeGreaterThan(2 * before);
  await raiseFlaskRounds(storedValues, 500_000);
  await reload();
  // seventeen times the usual rounds
  expect(await timeOfUnknown()).toBeGreaterThan(4 * usual);
});
