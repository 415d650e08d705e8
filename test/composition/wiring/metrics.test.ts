import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { aggregate } from "../../../src/adapters/prom-client/aggregate.ts";
import type { SecurityEvent } from "../../../src/application/ports/security-events.ts";
import { startMetricsServer } from "../../../src/composition/server/metrics-server.ts";
import { openMetrics } from "../../../src/composition/wiring/metrics.ts";
import { AuthError } from "../../../src/domain/errors.ts";
import { parseMetrics } from "../../support/prometheus.ts";
import { aMail } from "../../support/storage-samples.ts";

const now = new Date();
const someone = { userId: "u", sessionId: "s" };

async function scraped(metrics: ReturnType<typeof openMetrics>) {
  return parseMetrics(await metrics.scrape());
}

it("counts security events under what the code says of them, and under nothing else", async () => {
  const metrics = openMetrics();
  const before = (await scraped(metrics)).sum("connect_auth_logins_total");
  const events: SecurityEvent[] = [
    { type: "login_succeeded", ...someone },
    { type: "login_failed", userId: undefined, reason: "unknown_user" },
    { type: "login_failed", userId: "u", reason: "wrong_password" },
    { type: "login_failed", userId: "u", reason: "wrong_password" },
    { type: "user_registered", ...someone },
    { type: "token_refreshed", ...someone },
    { type: "refresh_token_reused", ...someone, cause: "after_grace" },
    { type: "access_token_revoked", ...someone },
    { type: "refresh_token_revoked", ...someone },
    { type: "session_ended", ...someone, by: "operator" },
    { type: "sessions_ended", userId: "u", kept: "s", by: "logout" },
    { type: "sessions_ended", userId: "u", kept: undefined, by: "logout" },
    { type: "attempt_throttled", scopes: ["pair", "network"] },
    { type: "mail_given_up", kind: "password_reset", userId: "u" },
    { type: "password_changed", ...someone },
  ];
  for (const event of events) metrics.events.report(event);
  const { sum, series } = await scraped(metrics);
  expect(before).toBe(0);
  const counted = [...series].filter(([key, n]) => n > 0 && /^connect_auth_\w+_total/.test(key));
  expect(Object.fromEntries(counted)).toEqual({
    'connect_auth_logins_total{outcome="succeeded"}': 1,
    'connect_auth_logins_total{outcome="unknown_user"}': 1,
    'connect_auth_logins_total{outcome="wrong_password"}': 2,
    "connect_auth_registrations_total{}": 1,
    "connect_auth_refreshes_total{}": 1,
    'connect_auth_refresh_token_reuses_total{cause="after_grace"}': 1,
    'connect_auth_revocations_total{revoked="access_token"}': 1,
    'connect_auth_revocations_total{revoked="refresh_token"}': 1,
    'connect_auth_revocations_total{revoked="session"}': 1,
    'connect_auth_revocations_total{revoked="other_sessions"}': 1,
    'connect_auth_revocations_total{revoked="all_sessions"}': 1,
    'connect_auth_throttled_attempts_total{scope="pair"}': 1,
    'connect_auth_throttled_attempts_total{scope="network"}': 1,
    'connect_auth_mails_total{outcome="given_up"}': 1,
  });
  expect(sum("connect_auth_logins_total", { outcome: "disabled" })).toBe(0);
});

it("measures each call to storage, and counts its faults, but not the refusals it means", async () => {
  const metrics = openMetrics();
  const opened = openMemoryStorage();
  const add = async () => {
    throw new AuthError("email_taken");
  };
  const storage = metrics.measured({ ...opened, users: { ...opened.users, add } });
  await storage.revocations.add("jti:x", new Date(now.getTime() + 60_000));
  await expect(storage.revocations.find(["jti:x"], now)).resolves.toEqual(new Set(["jti:x"]));
  await expect(storage.users.add({} as never)).rejects.toMatchObject({ code: "email_taken" });
  const { sum } = await scraped(metrics);
  const DURATIONS = "connect_auth_storage_call_duration_seconds_count";
  const calls = (port: string, name: string) => sum(DURATIONS, { port, call: name });
  expect([calls("revocations", "add"), calls("revocations", "find"), calls("users", "add")]).toEqual([
    1, 1, 1,
  ]);
  expect(sum("connect_auth_storage_faults_total")).toBe(0);
  await storage.storedValues.find("x");
  expect((await scraped(metrics)).sum(DURATIONS, { port: "settings", call: "find" })).toBe(1);

  await storage.close();
  await expect(storage.revocations.find(["jti:x"], now)).rejects.toThrow();
  const after = await scraped(metrics);
  expect(after.sum("connect_auth_storage_faults_total", { port: "revocations", call: "find" })).toBe(1);
  expect(after.sum("connect_auth_storage_faults_total")).toBe(1);
});

it("counts mails that are sent and that fail, and tells how many wait as long as the storage answers", async () => {
  const metrics = openMetrics();
  const storage = openMemoryStorage();
  let isBroken = false;
  const waiting = () => (isBroken ? new Promise<never>(() => {}) : storage.outbox.waiting());
  metrics.measured({ ...storage, outbox: { ...storage.outbox, waiting } });
  const letter = { to: "a@b.c", subject: "s", text: "t", html: "h" };
  await metrics.counted({ send: async () => {} }).send(letter);
  const failing = metrics.counted({ send: () => Promise.reject(new Error("no")) });
  await expect(failing.send(letter)).rejects.toThrow("no");
  await storage.outbox.add(aMail());
  await storage.outbox.add(aMail());
  const { sum } = await scraped(metrics);
  expect(sum("connect_auth_mails_total", { outcome: "sent" })).toBe(1);
  expect(sum("connect_auth_mails_total", { outcome: "failed" })).toBe(1);
  expect(sum("connect_auth_outbox_waiting")).toBe(2);
  isBroken = true;
  expect((await scraped(metrics)).sum("connect_auth_outbox_waiting")).toBe(2);
});

it("tells which package computes the hashes, once for several processes", async () => {
  const snapshots = [];
  for (let process = 0; process < 2; process += 1) {
    const metrics = openMetrics();
    metrics.hashing.computedBy("@node-rs/argon2");
    snapshots.push(await metrics.snapshot());
  }
  const { series } = parseMetrics(await aggregate(snapshots));
  expect(series.get('connect_auth_hash_implementation_info{package="@node-rs/argon2"}')).toBe(1);
});

it("shares nothing with the metrics of another service in the same process", async () => {
  const [one, other] = [openMetrics(), openMetrics()];
  one.events.report({ type: "token_refreshed", ...someone });
  expect((await scraped(one)).sum("connect_auth_refreshes_total")).toBe(1);
  expect((await scraped(other)).sum("connect_auth_refreshes_total")).toBe(0);
});

it("methods without a call are one series, whatever their names", async () => {
  const metrics = openMetrics();
  for (const method of ["PROPFIND", "BREW", "get"]) {
    metrics.measureRequest({ method, route: undefined, status: 405, durationMs: 1 });
  }
  const { sum, series } = await scraped(metrics);
  const labels = { method: "other", route: "none", status: 405 };
  expect(sum("connect_auth_http_request_duration_seconds_count", labels)).toBe(3);
  expect([...series.keys()].join()).not.toMatch(/BREW|PROPFIND/);
});

it("metrics that cannot be read are answered 500, without the reason, which is told to the log", async () => {
  const told: unknown[] = [];
  const fault = new Error("inner matters");
  const scrape = () => Promise.reject(fault);
  const requests = { answered: () => {}, probed: () => {}, failed: (error: unknown) => told.push(error) };
  const server = await startMetricsServer({ HOST: "127.0.0.1", METRICS_PORT: 0 }, scrape, { requests });
  const answer = await fetch(server.address);
  expect([answer.status, (await answer.text()).includes("inner")]).toEqual([500, false]);
  expect(told).toEqual([fault]);
  const again = createServer();
  await server.close();
  // its port is free again
  await new Promise<void>((resolve) =>
    again.listen(Number(new URL(server.address).port), "127.0.0.1", resolve),
  );
  expect((again.address() as AddressInfo).port).toBe(Number(new URL(server.address).port));
  again.close();
});
