import { expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { makeSweep } from "../../../src/application/maintenance/sweep.ts";
import { DAY_MS, START, testClock } from "../../support/core.ts";
import { anAuditEntry, aOneTimeToken } from "../../support/storage-samples.ts";

const HOUR = 3_600_000;
/** The time after which a sweep runs again. */
const TURN = 600_000;

it("sweeping forgets one-time tokens a day and an hour after their end, never early, however many there are", async () => {
  const [clock, storage] = [testClock(), openMemoryStorage()];
  const sweep = makeSweep({ clock, auditRetentionMs: 90 * DAY_MS, ...storage });
  const first = Array.from({ length: 501 }, () => aOneTimeToken({ expiresAt: START }));
  const last = aOneTimeToken({ expiresAt: new Date(START.getTime() + TURN) });
  for (const token of [...first, last]) await storage.oneTimeTokens.put(token);

  clock.advance(25 * HOUR - 1);
  expect(await sweep()).toBe(0);
  clock.advance(TURN);
  expect(await sweep()).toBe(501);
  expect(await storage.oneTimeTokens.find(last.id)).toStrictEqual(last);
  clock.advance(TURN);
  expect(await sweep()).toBe(1);
});

it("sweeping forgets what the audit trail has kept for long enough, never early, however much it is", async () => {
  const [clock, storage] = [testClock(), openMemoryStorage()];
  const sweep = makeSweep({ clock, auditRetentionMs: 2 * DAY_MS, ...storage });
  const first = Array.from({ length: 501 }, () => anAuditEntry({ at: START }));
  const last = anAuditEntry({ at: new Date(START.getTime() + TURN) });
  await storage.auditTrail.append([...first, last]);

  clock.advance(2 * DAY_MS - 1);
  expect(await sweep()).toBe(0);
  clock.advance(TURN);
  expect(await sweep()).toBe(501);
  expect(await storage.auditTrail.find({}, undefined, 10)).toStrictEqual([last]);
  clock.advance(TURN);
  expect(await sweep()).toBe(1);
});
