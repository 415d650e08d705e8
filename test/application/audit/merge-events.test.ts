import fc from "fast-check";
import { expect, it } from "vitest";
import { makeEventMerger } from "../../../src/application/audit/merge-events.ts";
import type { SecurityEvent } from "../../../src/application/ports/security-events.ts";

const START = Date.parse("2026-01-01T00:00:00Z");
const refreshed = (sessionId: string): SecurityEvent => ({
  type: "token_refreshed",
  userId: "ada",
  sessionId,
});
const loggedIn = (userId: string): SecurityEvent => ({ type: "login_succeeded", userId, sessionId: userId });

it("loses no event from the counts, for any repetitions and any times of taking merged ones", () => {
  const event = fc.oneof(
    fc.constantFrom("a", "b", "c", "d").map(refreshed),
    fc.constantFrom("ada", "bob").map(loggedIn),
  );
  const step = fc.record({ event, waitMs: fc.integer({ min: 0, max: 40_000 }), isTaken: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      // so few subjects at once that some share a window
      const merger = makeEventMerger(2);
      let time = START;
      let counted = 0;
      const take = (now?: Date) => {
        for (const { count } of merger.take(now)) counted += count;
      };
      for (const { event, waitMs, isTaken } of steps) {
        time += waitMs;
        if (merger.isKept(event, {}, new Date(time))) counted += 1;
        if (isTaken) take(new Date(time));
      }
      take();
      expect(counted).toBe(steps.length);
    }),
  );
});

it("keeps ten logins of an account in a minute each by itself, and one entry for any number of others", () => {
  const merger = makeEventMerger();
  const kept = Array.from({ length: 500 }, () => merger.isKept(loggedIn("ada"), {}, new Date(START)));
  expect(kept.filter(Boolean)).toHaveLength(10);
  expect(merger.take(new Date(START + 59_999))).toEqual([]);
  expect(merger.take(new Date(START + 60_000))).toEqual([
    { event: loggedIn("ada"), context: {}, count: 490 },
  ]);
  expect(merger.take()).toEqual([]);
});

it("merges nothing of what an operator's command does", () => {
  const merger = makeEventMerger();
  const context = { via: "command_line" };
  const ended: SecurityEvent = { type: "session_ended", userId: "ada", sessionId: "s", by: "operator" };
  const kept = Array.from({ length: 500 }, () => merger.isKept(ended, context, new Date(START)));
  expect(kept.every(Boolean)).toBe(true);
});

it("holds a bounded number of subjects, however many there are", () => {
  const merger = makeEventMerger(100);
  let kept = 0;
  for (let index = 0; index < 10_000; index += 1) {
    if (merger.isKept(refreshed(String(index)), {}, new Date(START))) kept += 1;
  }
  expect(kept).toBe(101);
  expect(merger.take().map(({ count }) => count)).toEqual([9_899]);
});
