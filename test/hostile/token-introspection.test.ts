import { afterEach, expect, it } from "vitest";
import { bearer, FORM_TYPE, JSON_TYPE, MARKER, regularOf, send, serviceUnderFire } from "./support.ts";
import { CLIENT, KNOWN_SECRETS, oauth, stillLives } from "./token-support.ts";

const url = await serviceUnderFire(KNOWN_SECRETS);
const mine = await regularOf(url);
afterEach(() => stillLives(url, mine));

it.each<[string, Record<string, string>]>([
  ["none", {}],
  ["an empty one", { token: "" }],
  ["a hint alone", { token_type_hint: "access_token" }],
  ["another name for it", { access_token: "a.b.c" }],
  ["operators", { "token[$ne]": "" }],
])("introspection of no token, %s: 400", async (_, form) => {
  for (const name of ["introspect", "revoke"] as const) {
    const { status, text } = await oauth(url, name, form);
    expect([status, JSON.parse(text).error]).toEqual([400, "invalid_request"]);
  }
});

it("introspection of a token in the query or in JSON is none", async () => {
  const { access_token: token } = mine;
  for (const [path, headers, body] of [
    [`introspect?token=${token}`, FORM_TYPE, ""],
    [`revoke?token=${token}`, FORM_TYPE, ""],
    ["introspect", JSON_TYPE, JSON.stringify({ token })],
    ["revoke", JSON_TYPE, JSON.stringify({ token })],
  ] as const) {
    const { status } = await send(url, `POST /oauth/${path}`, { headers: { ...headers, ...CLIENT }, body });
    expect([400, 415]).toContain(status);
  }
  for (const path of ["introspect", "revoke"]) {
    const headers = { ...FORM_TYPE, ...CLIENT };
    const body = `token=${token}&token=${token}`;
    expect((await send(url, `POST /oauth/${path}`, { headers, body })).status).toBe(400);
  }
});

it("introspection with only a token, without a client or with a wrong one: refused", async () => {
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });
  const body = new URLSearchParams({ token: mine.access_token }).toString();
  for (const headers of [
    {},
    bearer(mine.access_token),
    basic("api:"),
    basic("api"),
    basic(":"),
    basic(`api:${MARKER}`),
    basic(`__proto__:${MARKER}`),
    basic("constructor:undefined"),
    basic(`api:a secret of the resource server only\0`),
    { authorization: `Basic ${MARKER}%%%` },
    { authorization: "Basic" },
    { authorization: `${CLIENT.authorization}!` },
    { authorization: CLIENT.authorization.replace("Basic", "Bearer") },
  ]) {
    const reply = await send(url, "POST /oauth/introspect", {
      headers: { ...FORM_TYPE, ...headers },
      body,
    });
    expect([reply.status, JSON.parse(reply.text).error]).toEqual([401, "invalid_client"]);
  }
});

it("introspection of a refresh token as an access token: inactive", async () => {
  for (const form of [{}, { token_type_hint: "access_token" }, { token_type_hint: MARKER }]) {
    const { text } = await oauth(url, "introspect", { token: mine.refresh_token, ...form });
    expect(text).toBe('{"active":false}');
  }
});
