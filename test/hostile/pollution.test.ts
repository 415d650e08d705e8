import argon2 from "argon2";
import { afterEach, describe, expect, it } from "vitest";
import { call, someone } from "../support/api.ts";
import {
  bodyCalls,
  canStillRegister,
  expectVerdict,
  FORM_TYPE,
  JSON_TYPE,
  MARKER,
  regularOf,
  send,
  serviceUnderFire,
} from "./support.ts";

const url = await serviceUnderFire();
afterEach(() => {
  // the service runs in this very process
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
});

type Person = ReturnType<typeof someone>;

it.each([
  '"__proto__":{"isAdmin":true}',
  '"__proto__":null',
  `"__proto__":"${MARKER}"`,
  '"\\u005f_proto__":{"isAdmin":true}',
  '"\\u005F\\u005F\\u0070roto\\u005f\\u005f":{"isAdmin":true}',
  '"a":{"b":[{"__proto__":{"isAdmin":true}}]}',
  '"a":{"\\u005f\\u005fproto__":{"isAdmin":true}}',
  '"constructor":{"prototype":{"isAdmin":true}}',
  '"a":{"constructor":{"prototype":{"isAdmin":true}}}',
  '"\\u0063onstructor":{"prototype":{"isAdmin":true}}',
])("a body with %s: B or V", async (member) => {
  for (const { line, headers, fields } of await bodyCalls(url)) {
    for (const body of [
      JSON.stringify(fields).replace("{", `{${member},`),
      JSON.stringify(fields).replace(/}$/, `,${member}}`),
    ]) {
      expectVerdict(await send(url, line, { headers, body }), "B V", line);
    }
    if (line.endsWith("register")) await canStillRegister(url, fields as Person);
  }
});

it.each(["__proto__", "constructor", "email", "password"])(
  "a field that is an object with %s: B or V",
  async (name) => {
    for (const { line, headers, fields } of await bodyCalls(url)) {
      const value = `{"${name}":{"prototype":{"isAdmin":true}}}`;
      const body = JSON.stringify(fields).replace(/:"[^"]*"/, `:${value}`);
      expectVerdict(await send(url, line, { headers, body }), "B V", line);
    }
  },
);

it.each(["__proto__=x", "%5F_proto__=x"])("a form with %s: B or V", async (member) => {
  const body = `${member}&${new URLSearchParams(someone())}`;
  expectVerdict(await send(url, "POST /api/register", { headers: FORM_TYPE, body }), "B V");
});

it.each([
  "__proto__[isAdmin]=true",
  "constructor[prototype][isAdmin]=true",
  "constructor.prototype.isAdmin=true",
])("a form with %s changes nothing: its names are nothing but names", async (member) => {
  const { email, password } = await regularOf(url);
  const body = `${member}&${new URLSearchParams({ email, password: `${password}!` })}`;
  expectVerdict(await send(url, "POST /api/login", { headers: FORM_TYPE, body }), "B V C");
});

describe("mass assignment", () => {
  const members: Record<string, unknown> = {
    role: "admin",
    isAdmin: true,
    _id: "1",
    id: "1",
    createdAt: "2001-01-01T00:00:00.000Z",
    created_at: "2001-01-01T00:00:00.000Z",
    epoch: 99,
    disabled: true,
    emailVerified: true,
    email_verified: true,
    keptSession: "1",
    canonical: MARKER,
  };

  it("at registration is neither stored nor effective", async () => {
    const person = someone();
    const passwordHash = await argon2.hash("another horse");
    const json = { ...person, ...members, passwordHash, password_hash: passwordHash };
    const { status, body } = await call(url, "POST /api/register", { json });
    expect(status).toBe(201);
    const me = (await call(url, "GET /api/me", { token: body.access_token })).body;
    expect(me).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      username: person.username,
      email: person.email,
      email_verified: false,
      created_at: expect.not.stringMatching(/^2001/),
    });
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`admin|${MARKER}`, "i"));
    const login = async (password: string) =>
      (await call(url, "POST /api/login", { json: { email: person.email, password } })).status;
    expect([await login("another horse"), await login(person.password)]).toEqual([401, 200]);
  });

  it("at login gives no more than a login", async () => {
    const { email, password } = await regularOf(url);
    const json = { email, password, ...members, sub: "1", exp: 1e12, type: "refresh" };
    const { status, body } = await call(url, "POST /api/login", { json });
    const claims = JSON.parse(Buffer.from(body.access_token.split(".")[1], "base64url").toString());
    expect([status, claims.type, claims.sub === "1"]).toEqual([200, "access", false]);
    expect(claims).not.toHaveProperty("role");
    expect(claims.exp).toBeLessThan(1e11);
  });

  it.each([...Object.entries(members), ["passwordHash", "x"]])("elsewhere, %s: V", async (name, value) => {
    for (const { line, headers, fields } of (await bodyCalls(url)).slice(2)) {
      const body = JSON.stringify({ ...fields, [name as string]: value });
      expectVerdict(await send(url, line, { headers, body }), "V", line);
    }
  });
});

describe("names that objects have by themselves", () => {
  const names = ["constructor", "hasOwnProperty", "__proto__", "toString", "valueOf", "prototype"];

  it("are unknown until somebody registers them", async () => {
    for (const username of names) {
      const body = JSON.stringify({ username, password: "correct horse" });
      expectVerdict(await send(url, "POST /api/login", { headers: JSON_TYPE, body }), "C", username);
    }
  });

  it.each(names)("%s is a name like any other", async (username) => {
    const person = { ...someone(), username };
    const first = await call(url, "POST /api/register", { json: person });
    expect([first.status, first.body.username]).toEqual([201, username]);
    const again = await call(url, "POST /api/register", { json: { ...someone(), username } });
    expect([again.status, again.body.code]).toEqual([409, "username_taken"]);
    const login = (password: string) => call(url, "POST /api/login", { json: { username, password } });
    expect((await login("wrong horse")).body.code).toBe("invalid_credentials");
    const { status, body } = await login(person.password);
    expect([status, body.username]).toEqual([200, username]);
    expect((await call(url, "GET /api/me", { token: body.access_token })).body.email).toBe(person.email);
  });

  it.each(names)("%s as an address or a path is none", async (name) => {
    const body = JSON.stringify({ email: name, password: "correct horse" });
    expectVerdict(await send(url, "POST /api/login", { headers: JSON_TYPE, body }), "C");
    for (const path of [`/${name}`, `/api/${name}`, `/api/sessions/${name}/x`]) {
      expectVerdict(await send(url, `GET ${path}`), "404");
    }
  });
});
