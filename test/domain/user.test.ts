import { expect, it } from "vitest";
import { standsBehind, type User } from "../../src/domain/user.ts";

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
};

it("a user stands behind what came to be in the present epoch, and in no other", () => {
  expect(standsBehind(user, { sessionId: "s", epoch: 3 })).toBe(true);
  expect(standsBehind(user, { sessionId: "s", epoch: 2 })).toBe(false);
  expect(standsBehind(user, { sessionId: "s", epoch: 4 })).toBe(false);
});

it("the kept session lives on from an older epoch, alone", () => {
  const changed = { ...user, keptSession: "kept" };
  expect(standsBehind(changed, { sessionId: "kept", epoch: 2 })).toBe(true);
  expect(standsBehind(changed, { sessionId: "other", epoch: 2 })).toBe(false);
});

it("a disabled user stands behind nothing", () => {
  const disabled = { ...user, disabled: true, keptSession: "kept" };
  expect(standsBehind(disabled, { sessionId: "s", epoch: 3 })).toBe(false);
  expect(standsBehind(disabled, { sessionId: "kept", epoch: 2 })).toBe(false);
});
