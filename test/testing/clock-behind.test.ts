import { expect, it, onTestFinished } from "vitest";
import { startTestAuth } from "../../src/composition/testing/start-test-auth.ts";
import { call, registered, someone } from "../support/api.ts";

const HOUR = 3_600_000;

async function start(settings: Record<string, string> = {}) {
  const auth = await startTestAuth({ settings });
  onTestFinished(() => auth.stop());
  return auth;
}

it("while the clock is earlier than the first signing key, nothing is signed, and nothing half done", async () => {
  const auth = await start({ REFRESH_ROTATION: "true", REFRESH_GRACE: "1s", LOGIN_THROTTLE: "on" });
  const ada = await registered(auth.url);
  const bob = someone();
  const json = { email: ada.email, password: ada.password };
  const calls = {
    login: () => call(auth.url, "POST /api/login", { json }),
    register: () => call(auth.url, "POST /api/register", { json: bob }),
    refresh: () => call(auth.url, "POST /api/token/refresh", { token: ada.refresh_token }),
  };
  const ready = () => call(auth.url, "GET /health/ready");

  auth.clock.advance(-HOUR);
  // more than any limit allows: none of them may have been charged
  for (let round = 0; round < 7; round += 1) {
    for (const make of Object.values(calls)) {
      const { status, body, headers } = await make();
      expect([status, body.code]).toEqual([503, "signing_key_not_yet_valid"]);
      expect(headers.get("retry-after")).toBe("1");
    }
  }
  const { status, body } = await ready();
  expect([status, body.status, body.checks.keys, body.reason]).toEqual([
    503,
    "failing",
    "failing",
    "signing_key_not_yet_valid",
  ]);

  auth.clock.advance(HOUR);
  expect((await ready()).body).toEqual({
    status: "ready",
    checks: { storage: "ok", hashing: "ok", keys: "ok" },
  });
  const sessions = await call(auth.url, "GET /api/sessions", { token: ada.access_token });
  expect(sessions.body.sessions).toHaveLength(1);
  // the token is unused, the name is free, and the password was counted
  expect((await calls.refresh()).status).toBe(200);
  expect((await calls.register()).status).toBe(201);
  expect((await calls.login()).status).toBe(200);
});

it("a shared key is good at any time", async () => {
  const auth = await start({ JWT_SECRET_KEY: "a key that only these tests have, nobody else" });
  const { email, password } = await registered(auth.url);
  auth.clock.advance(-HOUR);
  expect((await call(auth.url, "POST /api/login", { json: { email, password } })).status).toBe(200);
});
