import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { platformEmailRules } from "../../../src/adapters/node/platform.ts";
import { passlibPbkdf2 } from "../../../src/adapters/passlib/pbkdf2.ts";
import { flaskClaims, isFlaskTokenId, readFlaskUser } from "../../../src/domain/flask/flask-user.ts";
import { canonicalUsername, parseUsername } from "../../../src/domain/username.ts";
import { aRecord, OLD_HASH } from "../../support/flask.ts";

const rules = { ...platformEmailRules, acceptsHash: passlibPbkdf2.accepts };
const read = (fields: Parameters<typeof aRecord>[0]) => readFlaskUser(aRecord(fields), rules);

it("reads a record with every field as the old database has it", () => {
  const createdAt = new Date("2020-05-17T10:11:12.345Z");
  const id = "5ec10f80e4b0c9a7d6e3f210";
  expect(read({ id, username: " Ada!", email: "Ada@Mu\u0308ller.example", createdAt })).toStrictEqual({
    id,
    username: { shown: "Ada!", canonical: "ada!" },
    email: { shown: "Ada@Müller.example", canonical: "ada@xn--mller-kva.example" },
    emailVerified: false,
    passwordHash: OLD_HASH,
    createdAt,
    epoch: 0,
    keptSession: undefined,
    disabled: false,
    legacyIdentity: "Ada@Mu\u0308ller.example",
    emailHistory: undefined,
    linksSince: undefined,
    factors: undefined,
    unlocks: 0,
  });
});

describe("finds what is wrong with", () => {
  it.each([
    ["an id that is a number", { id: "7" }, ["id_wrong_type"]],
    [
      "an id that is a string of an ObjectId's digits",
      { id: '"5ec10f80e4b0c9a7d6e3f210"' },
      ["id_wrong_type"],
    ],
    ["no name", { username: undefined }, ["username_missing"]],
    ["a name that is null", { username: null }, ["username_missing"]],
    ["a name that is a number", { username: 7 }, ["username_wrong_type"]],
    ["a name that is empty", { username: "" }, ["username_unusable"]],
    ["a name of spaces", { username: " \t " }, ["username_unusable"]],
    ["a name with a control character", { username: "a\0b" }, ["username_unusable"]],
    ["a name with half a character", { username: "a\ud800" }, ["username_unusable"]],
    ["a name with bytes that were no text", { username: "a\ufffd" }, ["username_unusable"]],
    ["a name of 901 bytes", { username: "a".repeat(901) }, ["username_unusable"]],
    ["no address", { email: null }, ["email_missing"]],
    ["an address that is a list", { email: ["a@b.example"] }, ["email_wrong_type"]],
    ["an address without a domain", { email: "ada" }, ["email_invalid"]],
    ["an address with a line break", { email: "ada@example.com\n" }, ["email_invalid"]],
    ["no hash", { password: undefined }, ["password_missing"]],
    ["a hash that is bytes", { password: new Uint8Array(4) }, ["password_wrong_type"]],
    ["a password in the clear", { password: "password" }, ["password_hash_refused"]],
    ["an absurd cost", { password: OLD_HASH.replace("29000", "9000000") }, ["password_hash_refused"]],
    ["no date", { createdAt: undefined }, ["createdAt_missing"]],
    ["a date that is text", { createdAt: "2020-05-17" }, ["createdAt_wrong_type"]],
    ["a date that is none", { createdAt: new Date(Number.NaN) }, ["createdAt_wrong_type"]],
    [
      "everything",
      { id: "x", username: 1, email: 2, password: 3, createdAt: 4 },
      [
        "id_wrong_type",
        "username_wrong_type",
        "email_wrong_type",
        "password_wrong_type",
        "createdAt_wrong_type",
      ],
    ],
  ])("%s", (_, fields, faults) => {
    expect(read(fields)).toEqual(faults);
  });
});

it.each(["Ada!", "аdа", "👩‍👩‍👧 family", "a".repeat(900), "-", "x@y", "\u202eevil"])(
  "takes the old name %j, which nobody could register today",
  (username) => {
    expect(parseUsername(username)).toBeUndefined();
    expect(read({ username })).toMatchObject({ username: { canonical: canonicalUsername(username) } });
  },
);

it("finds the same account by the old name and the old address", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), fc.emailAddress(), (username, email) => {
      const user = read({ username, email });
      if (Array.isArray(user)) return;
      expect(user.username.canonical).toBe(canonicalUsername(username));
      expect(user.email.canonical).toBe(platformEmailRules.canonicalEmail(email));
      expect(user.legacyIdentity).toBe(email);
    }),
  );
});

it("never throws and never accepts an incomplete record", () => {
  const value = fc.oneof(fc.anything(), fc.string({ unit: "binary" }), fc.date({ noInvalidDate: false }));
  fc.assert(
    fc.property(fc.record({ username: value, email: value, password: value, createdAt: value }), (fields) => {
      const user = read(fields);
      if (Array.isArray(user)) expect(user.length).toBeGreaterThan(0);
      else expect([fields.password, fields.createdAt]).toEqual([user.passwordHash, user.createdAt]);
    }),
  );
});

it("knows what a record lays claim to, with faults and without", () => {
  const claims = (username: unknown, email: unknown) =>
    flaskClaims(aRecord({ username, email }), platformEmailRules);
  const ada = { username: "ada", email: "ada@example.com" };
  expect(claims("ADA ", "Ada@Example.COM")).toEqual(ada);
  expect(claims("Ａｄａ", "ada@example.com\n")).toEqual(ada);
  expect(claims(" ", 7)).toEqual({ username: undefined, email: undefined });
});

it.each([
  ["a UUID", "7d1f8c5e-9c1b-4c7e-9d5a-0123456789ab", true],
  ["nothing", "", false],
  ["a number", 7, false],
  ["null", null, false],
  ["control characters", "a\nb", false],
  ["more than any token has", "x".repeat(129), false],
])("knows whether %s can be a token id", (_, id, is) => {
  expect(isFlaskTokenId(id)).toBe(is);
});
