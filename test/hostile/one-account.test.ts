import { describe, expect, it } from "vitest";
import { call, someone } from "../support/api.ts";
import { serviceUnderFire } from "./support.ts";

const url = await serviceUnderFire();

const register = (json: object) => call(url, "POST /api/register", { json });
const login = (json: object) => call(url, "POST /api/login", { json });

let serial = 0;
/** A part of a name that is unique to this test. */
function unique() {
  serial += 1;
  return `q${"abcdefghijklmnopqrstuvwxyz"[serial % 26]}${serial}`;
}

/** Registers with one spelling. Resolves to the result of registering with the other. */
async function spelledTwice(field: "email" | "username", first: string, second: string) {
  const owner = { ...someone(), [field]: first };
  const { status, body } = await register(owner);
  expect([first, status, body.errors]).toEqual([first, 201, undefined]);
  const another = await register({ ...someone(), [field]: second });
  const entered = await login({ [field]: second, password: owner.password });
  const stranger = await login({ [field]: second, password: "another horse" });
  expect(stranger.body.code).toBe("invalid_credentials");
  const me = await call(url, "GET /api/me", { token: body.access_token });
  const who = await call(url, "GET /api/me", { token: entered.body.access_token });
  return { registering: another, entered: entered.status, isSame: who.body.id === me.body.id };
}

describe("one account", () => {
  it.each<[string, "email" | "username", (u: string) => [string, string]]>([
    ["other case", "email", (u) => [`${u}a@example.com`, `${u.toUpperCase()}A@EXAMPLE.COM`]],
    ["lower case after upper", "email", (u) => [`${u}A@Example.com`, `${u}a@example.com`]],
    ["other case", "username", (u) => [`${u}ada`, `${u.toUpperCase()}ADA`]],
    ["spaces around", "email", (u) => [`${u}@example.com`, `  ${u}@example.com `]],
    ["spaces around the first", "email", (u) => [` ${u}@example.com  `, `${u}@example.com`]],
    ["no-break and wide spaces around", "email", (u) => [`${u}@example.com`, `\u00a0${u}@example.com\u3000`]],
    ["spaces around", "username", (u) => [u, ` ${u} `]],
    ["é composed, then in two", "email", (u) => [`${u}\u00e9@example.com`, `${u}e\u0301@example.com`]],
    ["é in two, then composed", "email", (u) => [`${u}e\u0301@example.com`, `${u}\u00e9@example.com`]],
    ["é in a domain", "email", (u) => [`${u}@caf\u00e9.com`, `${u}@cafe\u0301.com`]],
    ["É in a domain", "email", (u) => [`${u}@caf\u00e9.com`, `${u}@CAF\u00c9.com`]],
    ["a domain in punycode", "email", (u) => [`${u}@caf\u00e9.com`, `${u}@xn--caf-dma.com`]],
    ["é composed, then in two", "username", (u) => [`${u}\u00e9`, `${u}e\u0301`]],
    ["a sigma at the end", "username", () => ["οδυσσευς", "ΟΔΥΣΣΕΥΣ"]],
    ["marks in another order", "username", (u) => [`${u}a\u0323\u0301`, `${u}a\u0301\u0323`]],
  ])("%s of %s: 409, and the login is the owner's", async (_, field, spell) => {
    const { registering, entered, isSame } = await spelledTwice(field, ...spell(unique()));
    expect([registering.status, registering.body.code]).toEqual([409, `${field}_taken`]);
    expect([entered, isSame]).toEqual([200, true]);
  });
});

describe("refused or the same account, never another user's", () => {
  it.each<[string, string, string]>([
    ["the Kelvin sign", "kate", "\u212aate"],
    ["the Ångström sign", "\u00e5sa", "\u212bsa"],
    ["ﬁ in one", "fiona", "\ufb01ona"],
    ["a long s", "susan", "\u017fusan"],
    ["a long s and t in one", "stella", "\ufb05ella"],
    ["sharp s, capital", "stra\u00dfe", "stra\u1e9ee"],
    ["fullwidth letters", "anna", "\uff41nna"],
    ["fullwidth digits", "a1b", "a\uff11b"],
    ["a dotted capital I", "ivan", "\u0130van"],
    ["a dotless i", "ivan", "\u0131van"],
    ["i with a dot of its own", "ivan", "i\u0307van"],
    ["a superscript", "a2b", "a\u00b2b"],
    ["mathematical letters", "bob", "\u{1d41b}ob"],
    ["circled letters", "bob", "\u24d1ob"],
    ["a Roman numeral", "henryviii", "henry\u2167"],
    ["Cyrillic after Latin", "cope", "\u0441\u043e\u0440\u0435"],
  ])("%s", async (_, plain, odd) => {
    const u = unique();
    for (const [field, first, second] of [
      ["username", `${u}${plain}`, `${u}${odd}`],
      ["email", `${u}${plain}@example.com`, `${u}${odd}@example.com`],
      ["email", `${u}@${u}${plain}.com`, `${u}@${u}${odd}.com`],
    ] as const) {
      const { registering, entered, isSame } = await spelledTwice(field, first, second);
      expect([second, [400, 409].includes(registering.status)]).toEqual([second, true]);
      expect([second, entered === 401 || isSame]).toEqual([second, true]);
    }
  });

  it.each(["\uff20", "\ufe6b"])("%s for @", async (at) => {
    const u = unique();
    const { registering, isSame, entered } = await spelledTwice(
      "email",
      `${u}@example.com`,
      `${u}${at}example.com`,
    );
    expect([400, 409]).toContain(registering.status);
    expect(entered === 401 || isSame).toBe(true);
  });

  it.each(["\uff0e", "\u3002", "\uff61", "\u2024"])("%s for a dot", async (dot) => {
    const u = unique();
    const { registering, isSame, entered } = await spelledTwice(
      "email",
      `${u}@example.com`,
      `${u}@example${dot}com`,
    );
    expect([400, 409]).toContain(registering.status);
    expect(entered === 401 || isSame).toBe(true);
  });

  it("an address of one user is not the name of another", async () => {
    const owner = someone();
    await register(owner);
    expect((await login({ username: owner.email, password: owner.password })).status).toBe(401);
    expect((await login({ email: owner.username, password: owner.password })).status).toBe(401);
    expect((await login({ ...owner })).body.code).toBe("validation_failed");
  });
});
