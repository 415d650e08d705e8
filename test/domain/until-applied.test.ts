import { expect, it } from "vitest";
import { untilApplied } from "../../src/domain/until-applied.ts";

/** An attempt that loses `races` races and then resolves to the outcome, and its count of calls. */
function losing<T>(races: number, outcome: T) {
  const made = { attempts: 0 };
  const attempt = async (): Promise<T | false> => {
    made.attempts += 1;
    return made.attempts > races ? outcome : false;
  };
  return { attempt, made };
}

it.each([0, 1, 2, 17, 249])("a write that loses %i races is attempted once more than that", async (races) => {
  const { attempt, made } = losing(races, "applied");
  expect(await untilApplied(attempt)).toBe("applied");
  expect(made.attempts).toBe(races + 1);
});

it.each([true, 0, "", undefined, null])("%j is an outcome, and no lost race", async (outcome) => {
  const { attempt, made } = losing(3, outcome);
  expect(await untilApplied(attempt)).toBe(outcome);
  expect(made.attempts).toBe(4);
});

it.each([
  ["by default after 250", undefined, 250],
  ["after as many as it is told", 3, 3],
])("one that never wins is given up, %s lost races", async (_, most, races) => {
  const { attempt, made } = losing(Number.POSITIVE_INFINITY, "applied");
  const refusal = await untilApplied(attempt, most).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: "storage_unavailable",
    retryAfter: 1,
    cause: { message: `Another write came first ${races} times` },
  });
  expect(made.attempts).toBe(races);
});

it("an attempt that fails is not made again", async () => {
  let attempts = 0;
  const failing = async () => {
    attempts += 1;
    throw new Error("the storage is away");
  };
  await expect(untilApplied(failing)).rejects.toThrow("the storage is away");
  expect(attempts).toBe(1);
});

it("of 100 writers of one record, whose writes all race, each is applied", async () => {
  const record = { version: 0 };
  const write = () =>
    untilApplied(async () => {
      const { version } = record;
      // all read before any of them writes
      await new Promise(setImmediate);
      if (record.version !== version) return false;
      record.version += 1;
      return record.version;
    });
  const versions = await Promise.all(Array.from({ length: 100 }, write));
  expect(new Set(versions).size).toBe(100);
  expect(record.version).toBe(100);
});
