import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import {
  examineAtomicity,
  examineOutbox,
  judgeSpeed,
} from "../../../src/application/maintenance/examine-storage.ts";

describe("whether conditional updates are atomic", () => {
  it("is found where one of many is made", async () => {
    expect(await examineAtomicity(openMemoryStorage(), randomUUID)).toMatchObject({ status: "ok" });
  });

  it("is refuted where a storage reads and writes in two steps", async () => {
    const { storedValues } = openMemoryStorage();
    const twoSteps = {
      ...storedValues,
      async replace(name: string, expected: string, next: string) {
        const found = await storedValues.find(name);
        await setImmediate();
        return found === expected && storedValues.replace(name, (await storedValues.find(name)) ?? "", next);
      },
    };
    expect(await examineAtomicity({ storedValues: twoSteps }, randomUUID)).toMatchObject({
      status: "failed",
    });
  });
});

it.each([
  [1, 1, "ok", undefined],
  [51, 1, "warning", "closer"],
  [1, 251, "warning", "disks"],
])("a storage that answers in %d ms and keeps a write in %d ms is %s", (ping, write, status, advice) => {
  const judged = judgeSpeed(ping, write);
  expect(judged.status).toBe(status);
  if (advice === undefined) expect(judged.advice).toBeUndefined();
  else expect(judged.advice).toContain(advice);
});

it("a mail that waits for more than ten minutes is a warning", async () => {
  const { outbox } = openMemoryStorage();
  const at = new Date("2026-01-01T00:00:00.000Z");
  const after = (minutes: number) => examineOutbox({ outbox }, new Date(at.getTime() + minutes * 60_000));
  expect(await after(60)).toMatchObject({ status: "ok", found: "no mail is waiting" });
  const who = { email: "ada@example.com", userId: "ada", username: "Ada" };
  const rest = { attempts: 0, tokenId: undefined, isNotice: true, sealed: undefined };
  await outbox.add({ id: "mail", kind: "password_changed", ...who, ...rest, dueAt: at, createdAt: at });
  expect((await after(10)).status).toBe("ok");
  expect((await after(11)).status).toBe("warning");
});
