import { expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { readConfig } from "../../../src/composition/settings/config.ts";
import { keepCost } from "../../../src/composition/wiring/argon2-costs.ts";
import { openHasher } from "../../../src/composition/wiring/password-hasher.ts";
import { StartError } from "../../../src/composition/wiring/start-error.ts";
import { turn } from "../../support/core.ts";

const [A, B, C, D] = [64, 128, 256, 512].map((memoryKib) => ({ memoryKib, passes: 1, lanes: 1 })) as [
  Cost,
  Cost,
  Cost,
  Cost,
];
type Cost = Parameters<typeof keepCost>[1];

/** A storage that holds this list, if given. */
async function storage(list?: string) {
  const { storedValues } = openMemoryStorage();
  if (list !== undefined) await storedValues.claim("argon2-costs", list);
  const stored = () => storedValues.claim("argon2-costs", "none");
  return {
    storedValues,
    stored,
    keep: (cost: Cost, former = "keep" as const) => keepCost(storedValues, cost, former),
  };
}

it("the first cost is kept, and a start with the same one changes nothing", async () => {
  const { keep, stored } = await storage();
  for (let start = 0; start < 2; start += 1) expect(await keep(A)).toEqual([]);
  expect(JSON.parse(await stored())).toEqual([A]);
});

it("a new cost comes first, and the last two before it stay, each once", async () => {
  const { keep, stored } = await storage();
  const former = [];
  for (const cost of [A, B, C, A, D, { ...D, passes: 2 }, { ...D, lanes: 2 }]) former.push(await keep(cost));
  expect(former).toEqual([[], [A], [B, A], [C, B], [A, C], [D, A], [{ ...D, passes: 2 }, D]]);
  expect(JSON.parse(await stored())).toEqual([{ ...D, lanes: 2 }, { ...D, passes: 2 }, D]);
});

it("of starts at once with costs of their own, none is lost", async () => {
  const { keep, stored } = await storage();
  await Promise.all([A, B, C, A, B, C].map((cost) => keep(cost)));
  const byMemory = (one: Cost, other: Cost) => one.memoryKib - other.memoryKib;
  expect(JSON.parse(await stored()).sort(byMemory)).toEqual([A, B, C]);
});

it("former costs are forgotten where that is asked", async () => {
  const { storedValues, keep, stored } = await storage();
  await keep(A);
  expect(await keepCost(storedValues, B, "forget")).toEqual([]);
  expect(JSON.parse(await stored())).toEqual([B]);
});

it.each(["", "[", "{}", "[1]", '[{"memoryKib":"64","passes":1,"lanes":1}]', '[{"memoryKib":64}]'])(
  "a list that cannot be read, %j, is begun anew",
  async (list) => {
    const { keep, stored } = await storage(list);
    expect(await keep(A)).toEqual([]);
    expect(JSON.parse(await stored())).toEqual([A]);
  },
);

it.each(["argon2", "node-rs"] as const)(
  "the hasher of %s is opened with the former costs, and without those that are to be forgotten",
  async (driver) => {
    const hashing = { driver, warning: undefined };
    // less memory than its lanes need: a hash at this cost fails
    const { storedValues } = await storage(JSON.stringify([{ memoryKib: 8, passes: 1, lanes: 2 }]));
    const env = { STORAGE: "memory", ARGON2_MEMORY_KIB: "64", ARGON2_PASSES: "1" };
    const opened = openHasher(readConfig(env), hashing, storedValues);
    await expect(opened).rejects.toThrow(StartError);
    await expect(opened).rejects.toThrow("ARGON2_FORMER_COSTS=forget");
    const { hasher } = await openHasher(
      readConfig({ ...env, ARGON2_FORMER_COSTS: "forget" }),
      hashing,
      storedValues,
    );
    expect(await hasher.verify(await hasher.hash("correct horse", turn), "correct horse", turn)).toBe(true);
  },
);
