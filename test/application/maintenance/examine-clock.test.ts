import { expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { examineClock } from "../../../src/application/maintenance/examine-clock.ts";
import { makeSweep } from "../../../src/application/maintenance/sweep.ts";

const NOW = new Date("2026-01-01T00:00:00.000Z");
const clock = { now: () => NOW };
const MINUTE = 60_000;

it("without another clock, what is stored may not be later than this one", async () => {
  const storage = openMemoryStorage();
  const examine = () => examineClock({ ...storage, clock, serverClock: undefined });
  expect(await examine()).toMatchObject({ status: "ok", found: expect.stringContaining("nothing else") });
  const ahead = { now: () => new Date(NOW.getTime() + MINUTE) };
  await makeSweep({ ...storage, clock: ahead, auditRetentionMs: MINUTE })();
  expect(await examine()).toMatchObject({ status: "failed", advice: expect.stringContaining("NTP") });
});

it.each([
  [0, "ok", "0.0 ms ahead"],
  [-5_000, "ok", "5000 ms behind"],
  [6_000, "warning", "6000 ms ahead"],
  [-60 * MINUTE, "warning", "behind"],
  [31 * MINUTE, "failed", "ahead"],
  [undefined, "warning", "does not report its time"],
])("a server's clock that is ahead by %s ms is %s", async (ahead, status, found) => {
  const serverClock = { title: "Example", ahead: async () => ahead };
  const examined = await examineClock({ ...openMemoryStorage(), clock, serverClock });
  expect(examined).toMatchObject({ status, found: expect.stringContaining(found) });
});
