import { expect, it } from "vitest";
import { beginSession, isExpired, type Session, standingOf } from "../../src/domain/session.ts";

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
    authenticatedAt: now,
    amr: ["pwd"],
  });
});

it("keeps 256 code points of the user agent, and never half of one", () => {
  expect(begin("a".repeat(256)).userAgent).toBe("a".repeat(256));
  expect(begin("a".repeat(257)).userAgent).toBe("a".repeat(256));
  expect(begin("😀".repeat(300)).userAgent).toBe("😀".repeat(256));
  expect(begin(`a${"😀".repeat(300)}`).userAgent).toBe(`a${"😀".repeat(255)}`);
  expect(begin(`${"a".repeat(255)}😀😀`).userAgent).toBe(`${"a".repeat(255)}😀`);
});

const after = (session: Session, ms: number) => new Date(session.createdAt.getTime() + ms);

it("is over from the very millisecond of its end", () => {
  const session = begin("browser");
  expect(isExpired(session, new Date(session.expiresAt.getTime() - 1), undefined)).toBe(false);
  expect(isExpired(session, session.expiresAt, undefined)).toBe(true);
});

it("is over once idle for the limit and the minute in which a use may be unrecorded", () => {
  const session = { ...begin("browser"), expiresAt: after(begin("browser"), 9_000_000) };
  expect(isExpired(session, after(session, 600_000 + 59_999), 600_000)).toBe(false);
  expect(isExpired(session, after(session, 600_000 + 60_000), 600_000)).toBe(true);
});

it("judges a refresh token by its generation and the time of the step", () => {
  const session = { ...begin("browser"), generation: 5 };
  const standing = (generation: number, ms: number, graceMs?: number) =>
    standingOf(session, generation, after(session, ms), graceMs === undefined ? undefined : { graceMs });
  expect(standing(5, 1_000_000, 10)).toBe("newest");
  expect(standing(4, 10, 10)).toBe("repeated");
  expect(standing(4, 11, 10)).toBe("reused");
  expect(standing(3, 0, 10)).toBe("reused");
  expect(standing(6, 0, 10)).toBe("superseded");
  expect(standing(4, 0)).toBe("superseded");
});
