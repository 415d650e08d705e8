import { describe, expect, it } from "vitest";
import { call, registered, someone } from "../support/api.ts";
import {
  AT_ONCE_MS,
  bearer,
  bodyCalls,
  canStillRegister,
  expectVerdict,
  FORM_TYPE,
  fastestMs,
  JSON_TYPE,
  MARKER,
  regularOf,
  send,
  serviceUnderFire,
} from "./support.ts";

const url = await serviceUnderFire();

type Person = ReturnType<typeof someone>;

it.each<[unknown]>([
  [1],
  [-0.5],
  [0],
  [true],
  [false],
  [null],
  [""],
  [[]],
  [[MARKER]],
  [[["a@b.cd"]]],
  [{}],
  [{ length: 9, trim: MARKER }],
  [{ toString: null }],
  [{ $ne: null }],
  [{ $gt: "" }],
  [{ $regex: ".*" }],
  [{ $where: "sleep(9999)" }],
  [{ $in: [MARKER] }],
  [{ $eq: "person" }],
])("%j in any field of any call: V at once", async (value) => {
  for (const { line, headers, fields } of await bodyCalls(url)) {
    for (const name of Object.keys(fields)) {
      const body = JSON.stringify({ ...fields, [name]: value });
      const what = `${name} of ${line}`;
      expectVerdict(await send(url, line, { headers, body }), "V", what);
      expect(await fastestMs(3, () => send(url, line, { headers, body })), what).toBeLessThan(AT_ONCE_MS);
    }
    if (line.endsWith("register")) await canStillRegister(url, fields as Person);
  }
});

it.each([1, true, null, [], {}, { $ne: null }])("%j as the username of a login: V", async (username) => {
  const { email, password } = await regularOf(url);
  for (const fields of [
    { username, password },
    { username, email, password },
  ]) {
    const reply = await send(url, "POST /api/login", { headers: JSON_TYPE, body: JSON.stringify(fields) });
    expectVerdict(reply, "V");
  }
});

describe("operators in a form", () => {
  it.each([
    "email[$ne]=&password[$ne]=",
    "email[$ne]=&password=x",
    "email[$gt]=&email[$lt]=~&password=x",
    "email[]=a%40b.cd&password=x",
    "email.$ne=&password=x",
    "email%5B%24ne%5D=&password=x",
    "email[__proto__][x]=&password=x",
    `username=${MARKER}&email[$ne]=&password=x`,
  ])("%s at registration and at login: V", async (body) => {
    expectVerdict(await send(url, "POST /api/register", { headers: FORM_TYPE, body }), "V");
    if (body.startsWith("username")) return;
    expectVerdict(await send(url, "POST /api/login", { headers: FORM_TYPE, body }), "V");
  });

  it.each(["email=a%40b.cd&email=c%40d.ef&password=x", "email=a%40b.cd&password=x&password=y"])(
    "a field that comes twice, %s: B or V",
    async (body) => {
      expectVerdict(await send(url, "POST /api/login", { headers: FORM_TYPE, body }), "B V");
    },
  );
});

describe("members beside the fields", () => {
  const extras = [
    { $or: [{}, { password: { $ne: MARKER } }] },
    { $where: "sleep(9999)" },
    { "email.$ne": MARKER },
    { "a.b": MARKER },
    { "password.length": 0 },
    { "": MARKER },
    { $set: { role: "admin" } },
  ];

  it.each(extras)("%j lets nobody in at login, and keeps nobody out", async (extra) => {
    const { email, password } = await regularOf(url);
    const login = (fields: object) => call(url, "POST /api/login", { json: { ...fields, ...extra } });
    expect((await login({ email, password: "wrong horse" })).body.code).toBe("invalid_credentials");
    expect((await login({ password })).body.code).toBe("validation_failed");
    expect((await login({ email, password })).status).toBe(200);
  });

  it.each(extras)("%j is not stored at registration", async (extra) => {
    const { status, body } = await call(url, "POST /api/register", { json: { ...someone(), ...extra } });
    expect(status).toBe(201);
    const me = await call(url, "GET /api/me", { token: body.access_token });
    expect(Object.keys(me.body).sort()).toEqual(["created_at", "email", "email_verified", "id", "username"]);
    expect(JSON.stringify([body, me.body])).not.toMatch(new RegExp(`${MARKER}|admin|\\$`));
  });

  it.each(extras)("%j elsewhere: V", async (extra) => {
    for (const { line, headers, fields } of (await bodyCalls(url)).slice(2)) {
      const body = JSON.stringify({ ...fields, ...extra });
      expectVerdict(await send(url, line, { headers, body }), "V", line);
    }
  });
});

it.each([
  '{"$ne":1}',
  "%7B%22%24ne%22%3A1%7D",
  "../x",
  "..%2Fx",
  "%2e%2e%2f%2e%2e%2fme",
  "..%5Cx",
  `${MARKER}${"x".repeat(10_000)}`,
  "%00",
  "%0d%0aX-A:%20b",
  "*",
  "[object%20Object]",
  "__proto__",
  "constructor",
  "' OR 1=1 --".replaceAll(" ", "%20"),
  "%EF%BF%BD",
  "x?id[$ne]=1",
])("a session called %.30s: 404, V or B, and every session stays", async (id) => {
  const { access_token, refresh_token } = await registered(url);
  const path = id.replaceAll('"', "%22").replaceAll(/[{}]/g, encodeURIComponent);
  const reply = await send(url, `DELETE /api/sessions/${path}`, { headers: bearer(access_token) });
  expectVerdict(reply, "404 V B");
  expect((await call(url, "GET /api/me", { token: access_token })).status).toBe(200);
  expect((await call(url, "GET /api/token/refresh", { token: refresh_token })).status).toBe(200);
});

it("the query beside a body is not read", async () => {
  const { username, email, password } = await regularOf(url);
  const query = new URLSearchParams({ email, password }).toString();
  const login = (path: string, fields: object) =>
    send(url, `POST ${path}`, { headers: JSON_TYPE, body: JSON.stringify(fields) });
  expectVerdict(await login(`/api/login?${query}`, {}), "V");
  expectVerdict(await login(`/api/login?${query}`, { email, password: "wrong horse" }), "C");
  expectVerdict(await login("/api/login?email[$ne]=&password[$ne]=", {}), "V");
  const another = await call(url, `POST /api/login?email=x&password=x&__proto__[x]=${MARKER}`, {
    json: { email, password },
  });
  expect([another.status, another.body.username]).toEqual([200, username]);
  const person = someone();
  const { status, body } = await call(url, `POST /api/register?username=${MARKER}&role=admin`, {
    json: person,
  });
  expect([status, body.username]).toEqual([201, person.username]);
});
