import { beforeEach, describe, expect, it, vi } from "vitest";
import type { EventRecorder } from "../../../src/application/audit/record-events.ts";
import type { SecurityEvent } from "../../../src/application/ports/security-events.ts";
import { startAuditWriter } from "../../../src/composition/wiring/audit-writer.ts";

const EVENT: SecurityEvent = { type: "user_created", userId: "ada" };

/** A recorder whose storage works, fails or hangs, as the test decides. */
function recorderOver(storage: { is: "there" | "away" | "hanging" }, dropped = 0) {
  let queue: SecurityEvent[] = [];
  const state = { written: 0, tries: 0, dropped };
  const recorder: EventRecorder = {
    report: (event) => void queue.push(event),
    async write() {
      if (queue.length === 0) return;
      state.tries += 1;
      if (storage.is === "hanging") await new Promise(() => {});
      if (storage.is === "away") throw new Error("unavailable", { cause: new Error("away") });
      state.written += queue.length;
      queue = [];
    },
    settle() {},
    waiting: () => queue.length,
    takeDropped() {
      const count = state.dropped;
      state.dropped = 0;
      return count;
    },
  };
  return { recorder, state };
}

describe("writing the audit trail in the background", () => {
  const warnings: string[] = [];
  const warn = (what: string) => void warnings.push(what);
  beforeEach(() => {
    warnings.length = 0;
  });

  it("writes what was reported right before it is closed", async () => {
    const { recorder, state } = recorderOver({ is: "there" });
    const audit = startAuditWriter(recorder, warn);
    audit.report(EVENT);
    await audit.close();
    expect([state.written, warnings]).toEqual([1, []]);
  });

  it("goes on when the storage is there again, and warns once for the whole time that it was away", async () => {
    const storage: { is: "there" | "away" } = { is: "away" };
    const { recorder, state } = recorderOver(storage, 3);
    const audit = startAuditWriter(recorder, warn);
    audit.report(EVENT);
    await vi.waitUntil(() => state.tries >= 3, { timeout: 10_000 });
    expect(warnings).toEqual([expect.stringContaining("events wait: away")]);
    storage.is = "there";
    await vi.waitUntil(() => state.written === 1, { timeout: 10_000 });
    await audit.close();
    expect(warnings.slice(1)).toEqual([expect.stringContaining("3 events found no room")]);
  });

  it.each(["away", "hanging"] as const)("ends while the storage is %s, and says what is lost", async (is) => {
    const { recorder, state } = recorderOver({ is }, 1);
    const audit = startAuditWriter(recorder, warn);
    audit.report(EVENT);
    await audit.close();
    expect(state.tries).toBeGreaterThan(0);
    expect(warnings.at(-1)).toContain("2 events could not be written");
  });
});
