import { describe, expect, it } from "vitest";
import { acrOf, isRecent } from "../../src/domain/authentication.ts";
import { withAuthentication } from "../../src/domain/session.ts";
import { aSession } from "../support/storage-samples.ts";

const NOW = new Date("2024-03-01T12:00:00.000Z");
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const MINUTE = 60_000;

describe("an authentication is recent", () => {
  it.each([
    ["just now", 0, true],
    ["five minutes ago", 5 * MINUTE, true],
    ["a millisecond longer ago", 5 * MINUTE + 1, false],
    ["a month ago", 30 * 86_400_000, false],
    ["5 seconds ahead, by the clock of another process", -5_000, true],
    ["further ahead, by a wrong clock", -5_001, false],
  ])("%s", (_, ms, expected) => {
    expect(isRecent({ authenticatedAt: ago(ms) }, NOW)).toBe(expected);
  });

  it("never, if nobody knows when it was", () => {
    expect(isRecent({ authenticatedAt: undefined }, NOW)).toBe(false);
  });
});

it.each([
  [["pwd"], "urn:hbtu:1"],
  [["otp"], "urn:hbtu:1"],
  [[], "urn:hbtu:1"],
  [["pwd", "otp", "mfa"], "urn:hbtu:2"],
])("%j is of the class %s", (amr, acr) => {
  expect(acrOf(amr)).toBe(acr);
});

describe("a session that was stored without its authentication", () => {
  const { authenticatedAt: _, amr: __, ...before } = aSession();

  it("was authenticated by password when it began", () => {
    const session = { ...before, createdAt: ago(2), generationStartedAt: ago(1) };
    expect(withAuthentication(session)).toStrictEqual({ ...session, authenticatedAt: ago(2), amr: ["pwd"] });
  });

  it("was not authenticated at a beginning that was moved behind that of another session", () => {
    const session = { ...before, createdAt: ago(-MINUTE), generationStartedAt: ago(2) };
    expect(withAuthentication(session).authenticatedAt).toEqual(ago(2));
  });

  it.each([
    ["a month before", 30 * 86_400_000, 30 * 86_400_000],
    ["a second before", 1_000, 5 * MINUTE + 1_000],
    ["after the session began, by a rotation", -MINUTE, 5 * MINUTE + 1_000],
  ])("of a Flask token is never recent: generation begun %s", (_, generation, expected) => {
    const session = { ...before, id: "legacy-1", createdAt: NOW, generationStartedAt: ago(generation) };
    const { authenticatedAt } = withAuthentication(session);
    expect(authenticatedAt).toEqual(ago(expected));
    expect(isRecent({ authenticatedAt }, NOW)).toBe(false);
  });

  it("keeps what is stored", () => {
    const session = aSession({ id: "legacy-1" });
    expect(withAuthentication(session)).toStrictEqual(session);
  });
});
