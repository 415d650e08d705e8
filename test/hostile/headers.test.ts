import { describe, expect, it } from "vitest";
import { call, registered, someone } from "../support/api.ts";
import { sendRaw } from "../support/raw-http.ts";
import {
  bearer,
  bodyCalls,
  canStillRegister,
  expectHarmless,
  expectVerdict,
  JSON_TYPE,
  MARKER,
  regularOf,
  send,
  serviceUnderFire,
} from "./support.ts";

const url = await serviceUnderFire();
const { access_token: token } = await regularOf(url);

describe("headers with a meaning elsewhere are ignored", () => {
  it.each(["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])("%s", async (name) => {
    const headers = { ...bearer(token), [name]: "DELETE" };
    expectVerdict(await send(url, "GET /api/me", { headers }), "200");
    expectVerdict(await send(url, "POST /api/me", { headers }), "405");
    expectVerdict(await send(url, "GET /api/me?_method=DELETE", { headers }), "200");
    const body = JSON.stringify({ _method: "DELETE", password: (await regularOf(url)).password });
    expectVerdict(await send(url, "POST /api/me", { headers: { ...headers, ...JSON_TYPE }, body }), "405");
    expectVerdict(await send(url, "GET /api/logout", { headers: { ...headers, [name]: "POST" } }), "405");
  });

  it.each([
    ["X-Forwarded-Host", `${MARKER}.example.com`],
    ["X-Forwarded-Proto", `https${MARKER}`],
    ["X-Forwarded-Prefix", `/${MARKER}`],
    ["Forwarded", `host=${MARKER}.example.com;proto=https`],
    ["Host", `${MARKER}.example.com`],
    ["Referer", `https://${MARKER}.example.com`],
  ])("%s: no URL names it", async (name, value) => {
    const headers = { [name]: value };
    for (const path of ["/.well-known/oauth-authorization-server", "/.well-known/jwks.json"]) {
      const [odd, usual] = [await send(url, `GET ${path}`, { headers }), await send(url, `GET ${path}`)];
      expect([odd.status, odd.text]).toEqual([200, usual.text]);
    }
    expectVerdict(await send(url, "GET /api/me", { headers }), "M");
    expectVerdict(await send(url, "GET /api/me", { headers: { ...headers, ...bearer(token) } }), "200");
  });

  it.each([
    "X-User-Id",
    "X-User",
    "X-Remote-User",
    "Remote-User",
    "X-Forwarded-User",
    "X-Auth-Token",
    "Cookie",
  ])("%s: nobody becomes somebody else", async (name) => {
    const other = await registered(url);
    const { id } = (await call(url, "GET /api/me", { token: other.access_token })).body;
    for (const value of [id, other.username, other.access_token, `access_token=${other.access_token}`]) {
      const headers = { [name]: value };
      expectVerdict(await send(url, "GET /api/me", { headers }), "M");
      const { text } = await send(url, "GET /api/me", { headers: { ...headers, ...bearer(token) } });
      expect(JSON.parse(text).email).toBe((await regularOf(url)).email);
    }
  });

  it.each(["X-Original-URL", "X-Rewrite-URL", "X-Original-Method"])(
    "%s: the path is the path",
    async (name) => {
      const headers = { ...bearer(token), [name]: "/.well-known/jwks.json" };
      expectVerdict(await send(url, "GET /api/nothing", { headers }), "404");
    },
  );

  it("X-Forwarded-For and its like: no session gets its address from there", async () => {
    const { email, password } = await registered(url);
    const spoofed = {
      "x-forwarded-for": "203.0.113.7",
      "x-real-ip": "203.0.113.7",
      forwarded: "for=203.0.113.7",
    };
    const login = await call(url, "POST /api/login", { json: { email, password }, headers: spoofed });
    const { text } = await send(url, "GET /api/sessions", { headers: bearer(login.body.access_token) });
    expect(text).toContain('"ip":"127.0.0.1"');
    expect(text).not.toContain("203.0.113.7");
  });

  it("Expect: what cannot be met is refused, and 100-continue is none of the service's", async () => {
    const request = `GET /api/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: ${MARKER}\r\n\r\n`;
    const answer = await sendRaw(url, request);
    expectHarmless(answer, Number(/ (\d{3})/.exec(answer)?.[1]));
  });
});

describe("too many headers: 431", () => {
  it.each<[string, string]>([
    ["one of 20 kB", `X-Long: ${MARKER}${"x".repeat(20_000)}\r\n`],
    ["a name of 20 kB", `${MARKER}${"x".repeat(20_000)}: x\r\n`],
    ["a thousand", Array.from({ length: 1_000 }, (_, i) => `X-${i}: ${"x".repeat(20)}\r\n`).join("")],
    ["a token of 20 kB", `Authorization: Bearer ${"x".repeat(20_000)}\r\n`],
    ["a cookie of 1 MB", `Cookie: ${"x".repeat(1_000_000)}\r\n`],
  ])("%s", async (_, headers) => {
    const answer = await sendRaw(url, `GET /api/me HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    expectHarmless(answer, 431);
    expect(answer).toMatch(/^HTTP\/1\.1 431 .*"code":"headers_too_large"/s);
  });

  it("a path of 20 kB", async () => {
    const answer = await sendRaw(url, `GET /api/${"x".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 (431|414|404) /);
  });
});

describe("an invalid request id is replaced", () => {
  it.each([
    `${MARKER}%0d%0aSet-Cookie:%20a=b`,
    `${MARKER}${"x".repeat(10_000)}`,
    "x".repeat(129),
    `${MARKER} x`,
    `<${MARKER}>`,
    `${MARKER}"`,
    `${MARKER}\tx`,
    `${MARKER}\u00e9`,
    `${MARKER}, ${MARKER}`,
    `$\{jndi:${MARKER}}`,
    "",
  ])("case %#", async (id) => {
    const { headers, text } = await send(url, "GET /api/me", { headers: { "x-request-id": id } });
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(JSON.parse(text).request_id).toBe(headers["x-request-id"]);
  });

  it.each(["\r\n folded", "\r", "\n", "\0", "\x0b"])("one with %j is replaced or refused", async (end) => {
    const request = `GET /api/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: a${end}${MARKER}: b\r\n\r\n`;
    const answer = await sendRaw(url, request);
    expectHarmless(answer, Number(/ (\d{3})/.exec(answer)?.[1]));
    expect(answer).toMatch(/^HTTP\/1\.1 40[01] /);
  });
});

it("whatever the headers, a refused registration leaves nothing behind", async () => {
  const [register] = await bodyCalls(url);
  const headers = { ...register?.headers, "x-http-method-override": "PUT", "content-type": "text/plain" };
  const person = someone();
  const body = JSON.stringify(person);
  expectVerdict(await send(url, "POST /api/register", { headers, body }), "415");
  await canStillRegister(url, person);
});
