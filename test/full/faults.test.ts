import { describe, expect, it } from "vitest";
import { violationsIn } from "../faults/checker.ts";
import { FAULTS, planted, plantedForReaders } from "../faults/faults.ts";
import { randomFrom } from "../faults/people.ts";

/** A short `npm run faults`: every fault a few times, and planted bugs that the long form must find. */

const SEED = 20_260_203;
const TIMES = 3;
/** A planted bug shows by chance, later on a busy machine. */
const MOST_RUNS = 8;

it.each(FAULTS)("$name, $storage, violates nothing", async ({ run }) => {
  const journal = await run(randomFrom(SEED), TIMES);
  expect(violationsIn(journal)).toEqual([]);
  expect(journal.entries.filter(({ outcome }) => outcome === "ok").length).toBeGreaterThan(10);
});

describe("a planted bug is found out", () => {
  it.each([
    ["acknowledged before the write", /^lost|^shared/],
    ["revocations in memory", /^revived/],
    ["a stale snapshot", /^revived/],
  ])("%s", async (bug, kind) => {
    const random = randomFrom(SEED);
    let found: string[] = [];
    for (let runs = 0; runs < MOST_RUNS && found.length === 0; runs += 1) {
      found = violationsIn(await planted(bug).run(random, TIMES)).filter((line) => kind.test(line));
    }
    expect(found.length).toBeGreaterThan(0);
  });

  it.each([
    ["a copy for each reader", /^exceeded: memory/],
    ["no limit on a stall", /^exceeded: stalled connections/],
  ])("%s", async (bug, kind) => {
    const found = violationsIn(await plantedForReaders(bug).run(randomFrom(SEED), TIMES));
    expect(found.filter((line) => kind.test(line)).length).toBeGreaterThan(0);
  });
});
