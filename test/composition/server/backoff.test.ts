import { expect, it } from "vitest";
import { makeBackoff } from "../../../src/composition/server/backoff.ts";

it("what dies at once again and again waits longer each time, ten seconds at most", () => {
  const waitBefore = makeBackoff();
  const waits = Array.from({ length: 10 }, () => waitBefore(0));
  expect(waits).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
});

it("what had worked for a second is started again at once", () => {
  const waitBefore = makeBackoff();
  for (const workedMs of [0, 0, 0]) waitBefore(workedMs);
  expect([waitBefore(1_000), waitBefore(999)]).toEqual([0, 100]);
});
