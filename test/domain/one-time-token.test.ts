import { expect, it } from "vitest";
import { isUnrevoked, isValidLink } from "../../src/domain/one-time-token.ts";
import { aOneTimeToken, aUser } from "../support/storage-samples.ts";

const user = aUser({ epoch: 3 });
const token = aOneTimeToken({ userId: user.id, epoch: 3, accountEmail: user.email.canonical });
const before = new Date(token.expiresAt.getTime() - 1);

it("a link serves its user until its time is over", () => {
  expect(isValidLink(token, user, before)).toBe(true);
  expect(isValidLink(token, user, token.expiresAt)).toBe(false);
  expect(isUnrevoked(token, user)).toBe(true);
});

it("a link is valid after a change of name, password or spelling of the address", () => {
  const { canonical } = user.email;
  const changed = { ...user, passwordHash: "next", email: { shown: "ANOTHER SPELLING", canonical } };
  expect(isValidLink(token, changed, before)).toBe(true);
});

it.each([
  ["nobody", undefined],
  ["another user", { ...user, id: "another" }],
  ["a disabled user", { ...user, disabled: true }],
  ["a user of a later epoch", { ...user, epoch: 4 }],
  ["a user of an earlier epoch", { ...user, epoch: 2 }],
  ["a user with another address", { ...user, email: { shown: "another", canonical: "another" } }],
])("a link does not serve %s", (_, owner) => {
  expect(isUnrevoked(token, owner)).toBe(false);
  expect(isValidLink(token, owner, before)).toBe(false);
});
