import { describe, expect, it } from "vitest";
import { makeCheckHealth } from "../../../src/application/maintenance/check-health.ts";
import { testClock } from "../../support/core.ts";

function makeProbe() {
  const clock = testClock();
  const asked = { storage: 0, hashing: 0 };
  const works = { storage: true, hashing: true, keys: true };
  let release = () => {};
  let gate: Promise<void> = Promise.resolve();
  const attempt = (name: "storage" | "hashing") => async () => {
    asked[name] += 1;
    await gate;
    if (!works[name]) throw new Error(`no ${name}`);
  };
  const check = makeCheckHealth({
    clock,
    pingStorage: attempt("storage"),
    tryHashing: attempt("hashing"),
    hasSigningKey: () => works.keys,
  });
  const hold = () => {
    gate = new Promise((resolve) => {
      release = resolve;
    });
  };
  return { clock, asked, works, check, hold, release: () => release() };
}

describe("health", () => {
  it.each(["storage", "hashing", "keys"] as const)(
    "tells that %s fails, and that it is back",
    async (name) => {
      const { clock, works, check } = makeProbe();
      works[name] = false;
      expect(await check()).toEqual({ storage: true, hashing: true, keys: true, [name]: false });
      works[name] = true;
      clock.advance(1);
      expect(await check()).toEqual({ storage: true, hashing: true, keys: true });
    },
  );

  it("asks the storage once for all probes that come together, and again for the next", async () => {
    const { asked, check, hold, release } = makeProbe();
    hold();
    const probes = Array.from({ length: 100 }, () => check());
    release();
    await Promise.all(probes);
    expect(asked).toEqual({ storage: 1, hashing: 1 });
    await check();
    expect(asked.storage).toBe(2);
  });

  it("makes a hash every half minute at most, and at once again where none could be made", async () => {
    const { clock, asked, works, check } = makeProbe();
    for (let second = 0; second < 60; second += 1) {
      await check();
      clock.advance(1_000);
    }
    expect(asked.hashing).toBe(2);
    works.hashing = false;
    clock.advance(30_000);
    await check();
    await check();
    expect(asked.hashing).toBe(4);
  });
});
