import { describe, expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { randomIds } from "../../../src/adapters/node/platform.ts";
import { type EventRecorder, makeEventRecorder } from "../../../src/application/audit/record-events.ts";
import type { SecurityEvent } from "../../../src/application/ports/security-events.ts";
import type { AuditTrail, Facts } from "../../../src/application/ports/storage/audit-trail.ts";
import { ada, makeCore, START, testClock } from "../../support/core.ts";
import { stepped } from "../../support/stepped.ts";

const created = (userId: string): SecurityEvent => ({ type: "user_created", userId });

function recorderOver(auditTrail: AuditTrail, { capacity = 1_000, context = (): Facts => ({}) } = {}) {
  const clock = testClock();
  return { clock, recorder: makeEventRecorder({ auditTrail, clock, ids: randomIds, context, capacity }) };
}

/** A trail that can be broken, with what was written into it so far, the earliest first. */
function breakable() {
  const { auditTrail } = openMemoryStorage();
  const state = { isBroken: false };
  const append: AuditTrail["append"] = async (entries) => {
    if (state.isBroken) throw new Error("away");
    await auditTrail.append(entries);
  };
  const written = async () => (await auditTrail.find({}, undefined, 20_000)).reverse();
  return { state, written, auditTrail: { ...auditTrail, append } };
}

const reportAll = ({ report }: EventRecorder, ids: readonly string[]) => {
  for (const id of ids) report(created(id));
};

describe("the recorder of events", () => {
  it("writes the event, its user, time and network, and nothing unknown", async () => {
    const { auditTrail, written } = breakable();
    const context = () => ({ requestId: "the-one", ip: "192.0.2.1" });
    const { recorder } = recorderOver(auditTrail, { context });
    recorder.report({ type: "login_failed", userId: undefined, reason: "unknown_user" });
    recorder.report({ type: "sessions_ended", userId: "ada", kept: undefined, by: "logout" });
    await recorder.write();
    const about = { id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7/), at: START };
    expect(await written()).toStrictEqual([
      { ...about, kind: "login_failed", userId: undefined, facts: { reason: "unknown_user", ...context() } },
      { ...about, kind: "sessions_ended", userId: "ada", facts: { by: "logout", ...context() } },
    ]);
  });

  it("keeps the order of events of one moment, however many there are", async () => {
    const { auditTrail, written } = breakable();
    const { recorder } = recorderOver(auditTrail, { capacity: 10_000 });
    const ids = Array.from({ length: 9_000 }, (_, index) => String(index));
    reportAll(recorder, ids);
    await recorder.write();
    expect((await written()).map(({ userId }) => userId)).toEqual(ids);
  });

  it("keeps what could not be written, and writes it once, in its order, with what came meanwhile", async () => {
    const { auditTrail, written, state } = breakable();
    const { recorder } = recorderOver(auditTrail);
    state.isBroken = true;
    reportAll(recorder, ["a", "b"]);
    await expect(recorder.write()).rejects.toThrow("away");
    reportAll(recorder, ["c"]);
    await expect(recorder.write()).rejects.toThrow("away");
    expect(recorder.waiting()).toBe(3);
    state.isBroken = false;
    await recorder.write();
    await recorder.write();
    expect((await written()).map(({ userId }) => userId)).toEqual(["a", "b", "c"]);
    expect(recorder.waiting()).toBe(0);
  });

  it("drops events beyond its limit, and the trail itself records the gap", async () => {
    const { auditTrail, written } = breakable();
    const { recorder } = recorderOver(auditTrail, { capacity: 3 });
    reportAll(recorder, ["a", "b", "c", "d", "e"]);
    await recorder.write();
    reportAll(recorder, ["f"]);
    await recorder.write();
    expect((await written()).map(({ kind, userId, facts }) => userId ?? [kind, facts])).toEqual([
      ..."abc",
      ["events_dropped", { count: 2 }],
      "f",
    ]);
    expect(recorder.takeDropped()).toBe(2);
    expect(recorder.takeDropped()).toBe(0);
  });

  it("keeps of refused attempts the first in a minute, of each network and each limit, and counts the others", async () => {
    const { auditTrail, written } = breakable();
    let ip = "192.0.2.1";
    const { clock, recorder } = recorderOver(auditTrail, { context: () => ({ ip }) });
    const refuse = (...scopes: string[]) => recorder.report({ type: "attempt_throttled", scopes });
    for (const scope of ["pair", "pair", "account", "pair"]) refuse(scope);
    ip = "2001:db8::1";
    refuse("pair");
    ip = "2001:db8::2";
    refuse("pair");
    clock.advance(60_000);
    refuse("pair");
    await recorder.write();
    expect((await written()).map(({ facts }) => [facts.ip, String(facts.scopes), facts.count])).toEqual([
      ["192.0.2.1", "pair", undefined],
      ["192.0.2.1", "account", undefined],
      ["2001:db8::1", "pair", undefined],
      ["192.0.2.1", "pair", 2],
      ["2001:db8::2", "pair", 1],
      ["2001:db8::2", "pair", undefined],
    ]);
  });

  it("keeps of one session's refreshes one entry a minute, with the count of the others, also at a stop", async () => {
    const { auditTrail, written } = breakable();
    const { clock, recorder } = recorderOver(auditTrail);
    const refresh = () => recorder.report({ type: "token_refreshed", userId: "ada", sessionId: "s1" });
    for (let times = 0; times < 1_000; times += 1) refresh();
    await recorder.write();
    clock.advance(60_000);
    await recorder.write();
    refresh();
    refresh();
    recorder.settle();
    await recorder.write();
    expect((await written()).map(({ facts }) => facts.count)).toEqual([undefined, 999, undefined, 1]);
  });

  it("counts what is merged among what is dropped where there is no room for it", async () => {
    const { auditTrail } = breakable();
    const { recorder } = recorderOver(auditTrail, { capacity: 1 });
    for (let times = 0; times < 5; times += 1) {
      recorder.report({ type: "token_refreshed", userId: "ada", sessionId: "s1" });
    }
    recorder.settle();
    expect(recorder.takeDropped()).toBe(4);
  });

  it("lets nobody wait for a trail that hangs, and loses nothing of what happens meanwhile", async () => {
    const storage = openMemoryStorage();
    const hanging = stepped(storage, 0);
    const { recorder } = recorderOver(hanging.ports.auditTrail);
    const core = await makeCore(() => ({ events: recorder }), {}, { storage, clock: testClock() });
    await core.register(ada);
    const writing = recorder.write();
    await hanging.reached;

    const wrong = { email: ada.email, password: "wrong horse", client: ada.client };
    await expect(core.login(wrong)).rejects.toThrow();
    const { refreshToken } = await core.login({ ...wrong, password: ada.password });
    await core.refresh(refreshToken as string);

    expect(await storage.auditTrail.find({}, undefined, 10)).toEqual([]);
    hanging.goOn();
    await writing;
    const kinds = (await storage.auditTrail.find({}, undefined, 10)).map(({ kind }) => kind);
    expect(kinds.reverse()).toEqual([
      "user_registered",
      "login_failed",
      "login_succeeded",
      "token_refreshed",
    ]);
  });
});
