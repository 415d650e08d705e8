import { expect, it } from "vitest";
import { beginSession, isOver } from "../../src/domain/session.ts";

const now = new Date("2024-02-29T12:00:00.123Z");
const begin = (userAgent: string) =>
  beginSession("session", { id: "user", epoch: 4 }, { userAgent, ip: "::1" }, now, 60_000);

it("begins at generation 0 with the user's epoch and ends after its lifetime, to the millisecond", () => {
  expect(begin("browser")).toEqual({
    id: "session",
    userId: "user",
    epoch: 4,
    generation: 0,
    generationStartedAt: now,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: new Date("2024-02-29T12:01:00.123Z"),
    userAgent: "browser",
    ip: "::1",
  });
});

it("keeps 256 code points of what the client calls itself, and never half of one", () => {
  expect(begin("a".repeat(256)).userAgent).toBe("a".repeat(256));
  expect(begin("a".repeat(257)).userAgent).toBe("a".repeat(256));
  expect(begin("😀".repeat(300)).userAgent).toBe("😀".repeat(256));
  expect(begin(`a${"😀".repeat(300)}`).userAgent).toBe(`a${"😀".repeat(255)}`);
  expect(begin(`${"a".repeat(255)}😀😀`).userAgent).toBe(`${"a".repeat(255)}😀`);
});

it("is over from the very millisecond of its end", () => {
  const session = begin("browser");
  expect(isOver(session, new Date(session.expiresAt.getTime() - 1))).toBe(false);
  expect(isOver(session, session.expiresAt)).toBe(true);
});
