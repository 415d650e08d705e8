import { describe, expect, it } from "vitest";
import { aheadBy } from "../../../src/adapters/mongodb/server-clock.ts";

describe("mongodb: the server's clock", () => {
  it("is ahead or behind by what a date says", () => {
    expect(aheadBy(new Date(5_000), 3_000)).toBe(2_000);
    expect(aheadBy(new Date(1_000), 3_000)).toBe(-2_000);
  });

  it.each([undefined, null, "2026-01-01T00:00:00Z", 5_000, { $date: 5_000 }])(
    "is not known where the server says %j",
    (localTime) => expect(aheadBy(localTime, 3_000)).toBeUndefined(),
  );
});
