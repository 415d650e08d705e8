import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { RunningService } from "../../src/composition/server/service.ts";
import { call } from "../support/api.ts";
import { PATHS } from "../support/paths.ts";
import { sendRaw } from "../support/raw-http.ts";
import { startTestService } from "../support/service.ts";
import {
  aValidLoginWorks,
  bearer,
  expectHarmless,
  expectVerdict,
  MARKER,
  regularOf,
  send,
} from "./support.ts";

let service: RunningService;
let url: string;
let token: string;
let refreshToken: string;
beforeAll(async () => {
  service = await startTestService();
  url = service.address;
  ({ access_token: token, refresh_token: refreshToken } = await regularOf(url));
});
afterEach(async () => {
  expect((await call(url, "GET /api/me", { token })).status).toBe(200);
  expect((await call(url, "GET /api/token/refresh", { token: refreshToken })).status).toBe(200);
});
afterAll(async () => {
  await aValidLoginWorks(url);
  await service.stop();
});

describe.each(Object.entries(PATHS))("%s", (template, allowed) => {
  const path = template.replace("{id}", "x");
  const methods = ["PUT", "TRACE", "PATCH", "OPTIONS", "HEAD", "GET", "POST", "DELETE", "PROPFIND", "LINK"];

  it.each(methods.filter((method) => !allowed.split(", ").includes(method)))(
    "%s: 405 with Allow",
    async (method) => {
      for (const credentials of [token, refreshToken]) {
        const reply = await send(url, `${method} ${path}`, {
          headers: { ...bearer(credentials), "x-echo": MARKER },
        });
        expect([reply.status, reply.headers.allow?.split(", ").sort().join(", ")]).toEqual([405, allowed]);
        expect(reply.text).not.toContain(credentials);
      }
    },
  );
});

it.each([
  "/api/me/",
  "/api/me//",
  "//api/me",
  "/api//me",
  "///api///me",
  "/./api/me",
  "/api/./me",
  "/api/../api/me",
  "/api/%2e/me",
  "/api/%2e%2e/api/me",
  "/api/x/..%2fme",
  "/api%2fme",
  "/api%5cme",
  "/api\\me",
  "/%61pi/me",
  "/api/%6De",
  "/api/%6d%65",
  "/api/%256de",
  "/API/me",
  "/api/ME",
  "/Api/Me",
  "/api/me;x=1",
  "/api;/me",
  "/api/me%00",
  "/api/me%20",
  "/api/me%2f",
  "/api/me%3f",
  "/api/me%23",
  "/api/me.json",
  "/api/m%65%0d%0a",
  "/api/me%ef%bc%8f",
  "/api/me?",
  "/api/me?/../..",
  "/api/me#x",
  "/apI/me",
  "*",
  "/..",
  "/%2e%2e/%2e%2e/etc/passwd",
  "/dist/main.js",
  "/.env",
  `/${MARKER}`,
])("%s: 404, or the same policy", async (path) => {
  expectVerdict(await send(url, `GET ${path}`), "404 M");
  expectVerdict(await send(url, `GET ${path}`, { headers: bearer("a.b.c") }), "404 T");
  const reply = await send(url, `GET ${path}`, { headers: bearer(token) });
  expectVerdict(reply, "404 200");
  if (reply.status === 200) expect(JSON.parse(reply.text).email).toBe((await regularOf(url)).email);
});

it.each([
  "/api/token/refresh/",
  "/api//token/refresh",
  "/api/token/%72efresh",
  "/api/Token/refresh",
  "/api/token/refresh%2f",
  "/api/logout/",
  "/api/logout/All",
  "/api/logout/%61ll",
  "/api/logout/all/",
  "/api/logout/../logout/all",
  "/api/sessions/",
  "/api/sessions//",
])("%s: 404 or 405, and nothing is done", async (path) => {
  for (const method of ["POST", "DELETE", "GET"]) {
    for (const credentials of [token, refreshToken]) {
      const reply = await send(url, `${method} ${path}`, { headers: bearer(credentials) });
      expectVerdict(reply, "404 405", `${method} ${path}`);
    }
  }
});

it.each([
  "/api/%",
  "/api/%zz",
  "/%ff",
  "/api/%c3%28",
  "/api/%e0%80%80",
  "/api/me%",
  "/api/sessions/%a",
  "/%u0041",
])("%s: 400", async (path) => {
  for (const line of [`GET ${path}`, `DELETE ${path}`]) {
    expectVerdict(await send(url, line, { headers: bearer(token) }), "B");
  }
});

it.each(["/api/me?%", "/api/me?a=%zz", "/api/me?%ff=%ff", "/api/me?__proto__[x]=1", "/api/me?a[b][c]=1&a=2"])(
  "%s: a query that nobody reads does no harm",
  async (path) => {
    expectVerdict(await send(url, `GET ${path}`), "M B");
    expectVerdict(await send(url, `GET ${path}`, { headers: bearer(token) }), "200 B");
  },
);

it.each([
  `GET http://${MARKER}.example.com/api/me`,
  `GET http://${MARKER}.example.com/api/nothing`,
  "GET http:///api/me",
  "GET //evil.example.com/api/me",
  `CONNECT ${MARKER}.example.com:443`,
  "OPTIONS *",
  "GET ?",
  "GET api/me",
  "GET /api/me x",
  `GET /api/m\u00e9/${MARKER}`,
  "GET http://[::1/api/me",
  "GET http://]",
  `GET http://[?access_token=${MARKER}`,
  `GET http://xn--a/api/me?${MARKER}`,
  "GET http://",
  "GET http://?/api/me",
  "GET http://@",
  "GET http://a b/api/me",
])("%s: refused without a look elsewhere", async (line) => {
  const answer = await sendRaw(url, `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  if (line.startsWith("CONNECT") && answer === "") return;
  expectHarmless(answer, Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]));
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
});

it("HEAD on refresh makes no token", async () => {
  const reply = await send(url, "HEAD /api/token/refresh", { headers: bearer(refreshToken) });
  expect([reply.status, reply.text, reply.headers["set-cookie"]]).toEqual([405, "", undefined]);
});
