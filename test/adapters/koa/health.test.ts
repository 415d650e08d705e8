import { afterEach, describe, expect, it } from "vitest";
import { makeHttpApp, makeStartingApp } from "../../../src/adapters/koa/app.ts";
import type { HttpServer } from "../../../src/adapters/node/http-server.ts";
import { gateHasher } from "../../../src/application/limits/hashing-gate.ts";
import { call, someone } from "../../support/api.ts";
import { makeCore, turn } from "../../support/core.ts";
import { HTTP_OPTIONS } from "../../support/http-options.ts";
import { listenWith } from "../../support/listen.ts";

let server: HttpServer | undefined;
afterEach(() => server?.close(0));

async function urlOf(app: ReturnType<typeof makeStartingApp>): Promise<string> {
  server = await listenWith(app);
  return server.address;
}

/** A service whose storage, hashing and keys can each be made to fail. */
async function serviceThatMayLack() {
  const works = { storage: true, hashing: true, keys: true };
  const unless = (name: keyof typeof works) => async () => {
    if (!works[name]) throw new Error(`no ${name} at secret.example.com`);
  };
  const { core } = await makeCore(() => ({
    pingStorage: unless("storage"),
    tryHashing: unless("hashing"),
    hasSigningKey: () => works.keys,
  }));
  const url = await urlOf(makeHttpApp(core, { ...HTTP_OPTIONS, readiness: core.checkHealth }));
  return { url, works };
}

describe("the call for readiness", () => {
  it.each(["storage", "hashing", "keys"] as const)(
    "names %s as failing and nothing more, and is 200 once it is back",
    async (name) => {
      const { url, works } = await serviceThatMayLack();
      works[name] = false;
      const checks = { storage: "ok", hashing: "ok", keys: "ok" };
      const failing = await call(url, "GET /health/ready");
      expect([failing.status, failing.body]).toEqual([
        503,
        {
          status: "failing",
          checks: { ...checks, [name]: "failing" },
          ...(name === "keys" && { reason: "signing_key_not_yet_valid" }),
        },
      ]);
      expect(failing.headers.get("retry-after")).toBe("1");
      expect(failing.headers.get("cache-control")).toBe("no-store");
      expect((await call(url, "HEAD /health/ready")).status).toBe(503);
      expect((await call(url, "GET /health/live")).status).toBe(200);

      works[name] = true;
      const ready = await call(url, "GET /health/ready");
      expect([ready.status, ready.body]).toEqual([200, { status: "ready", checks }]);
    },
  );

  it("is 200 while the queue for hashing is full and logins are refused", async () => {
    const never = new Promise<string>(() => {});
    const { core } = await makeCore(({ users }) => {
      const hasher = { hash: () => never, verify: async () => false, isOutdated: () => false };
      const full = gateHasher(hasher, { concurrency: 1, queue: 0, deadlineMs: 60_000 }, () => 0);
      void full.hash("", turn);
      return { users, hasher: full };
    });
    const url = await urlOf(makeHttpApp(core, { ...HTTP_OPTIONS, readiness: core.checkHealth }));
    const { email, password } = someone();
    const login = await call(url, "POST /api/login", { json: { email, password } });
    expect([login.status, login.body.code]).toEqual([503, "overloaded"]);
    expect((await call(url, "GET /health/ready")).status).toBe(200);
  });
});

it.each([
  ["GET /health/live", 200],
  ["HEAD /health/live", 200],
  ["POST /health/live", 405],
  ["GET /version", 200],
  ["HEAD /health/ready", 503],
  ["HEAD /api/me", 503],
  ["POST /api/login", 503],
])("while the service starts, %s is %d", async (request, status) => {
  const url = await urlOf(makeStartingApp(HTTP_OPTIONS));
  expect((await call(url, request)).status).toBe(status);
});
