import { expect, it } from "vitest";
import { keptUntil, revocationKey } from "../../src/domain/revocation.ts";

it("the entries for a token, a session and its refreshing never meet, even for one id", () => {
  expect(revocationKey.token("x")).toBe("jti:x");
  expect(revocationKey.session("x")).toBe("sid:x");
  expect(revocationKey.refreshing("x")).toBe("refresh:x");
});

it("an entry outlives what it stops by an hour", () => {
  expect(keptUntil(new Date("2024-01-01T23:30:00Z"))).toEqual(new Date("2024-01-02T00:30:00Z"));
});
