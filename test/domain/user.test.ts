import { expect, it } from "vitest";
import { acceptsEpoch, type User } from "../../src/domain/user.ts";

const user: User = {
  id: "user",
  username: { shown: "Ada", canonical: "ada" },
  email: { shown: "ada@x.com", canonical: "ada@x.com" },
  passwordHash: "hash",
  createdAt: new Date(0),
  epoch: 3,
  keptSession: undefined,
  unlocks: 0,
  disabled: false,
  emailVerified: false,
  legacyIdentity: undefined,
  emailHistory: undefined,
  linksSince: undefined,
  factors: undefined,
};

it("a user accepts tokens of the present epoch, and of no other", () => {
  expect(acceptsEpoch(user, { sessionId: "s", epoch: 3 })).toBe(true);
  expect(acceptsEpoch(user, { sessionId: "s", epoch: 2 })).toBe(false);
  expect(acceptsEpoch(user, { sessionId: "s", epoch: 4 })).toBe(false);
});

it("only the kept session lives on from an older epoch", () => {
  const changed = { ...user, keptSession: "kept" };
  expect(acceptsEpoch(changed, { sessionId: "kept", epoch: 2 })).toBe(true);
  expect(acceptsEpoch(changed, { sessionId: "other", epoch: 2 })).toBe(false);
});

it("a disabled user accepts no tokens", () => {
  const disabled = { ...user, disabled: true, keptSession: "kept" };
  expect(acceptsEpoch(disabled, { sessionId: "s", epoch: 3 })).toBe(false);
  expect(acceptsEpoch(disabled, { sessionId: "kept", epoch: 2 })).toBe(false);
});
