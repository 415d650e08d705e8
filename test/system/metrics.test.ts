import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, registered, someone } from "../support/api.ts";
import { parseMetrics } from "../support/prometheus.ts";
import { FREE_AND_CHEAP, runToExit, type ServerProcess, startServer } from "../support/server-process.ts";
import { sharedStorages, storageChoices } from "../support/storage-choices.ts";
import { isAlive, workersOf } from "../support/worker-processes.ts";

const ENV = { STORAGE: "memory", METRICS_PORT: "0", ...FREE_AND_CHEAP };

/** The URL of the metrics, from the output of a server. */
function metricsOf(server: ServerProcess): string {
  const address = /^ {2}metrics {2}(http:\S+)$/m.exec(server.output())?.[1];
  if (address === undefined) throw new Error(`No metrics:\n${server.output()}`);
  return address;
}

async function scrape(server: ServerProcess) {
  const answer = await fetch(metricsOf(server));
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return parseMetrics(await answer.text());
}

/** Sends a request with its method and path unchanged. */
function send(url: string, method: string, path: string, headers = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { method, path, headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    })
      .on("error", reject)
      .end();
  });
}

describe.each(storageChoices)("the metrics of a server on $name", ({ open }) => {
  let server: ServerProcess;
  let release: () => void | Promise<void>;
  beforeAll(async () => {
    const { env, remove } = open();
    release = remove;
    server = await startServer({
      METRICS_PORT: "0",
      ...FREE_AND_CHEAP,
      ...env,
      REFRESH_ROTATION: "true",
      REFRESH_GRACE: "1s",
    });
  });
  afterAll(async () => {
    expect(await server.end()).toBe(0);
    await release();
  });

  const DURATION = "connect_auth_http_request_duration_seconds_count";

  it("are what was done over HTTP", async () => {
    const before = await scrape(server);
    const person = await registered(server.url);
    const { email, username, password } = person;
    for (let time = 0; time < 3; time += 1) {
      await call(server.url, "POST /api/login", { json: { email, password: `wrong horse ${time}` } });
    }
    await call(server.url, "POST /api/login", { json: { username: "nobody here", password } });
    for (let time = 0; time < 2; time += 1)
      await call(server.url, "POST /api/login", { json: { email, password } });
    const token = person.access_token;
    for (let time = 0; time < 5; time += 1) await call(server.url, "GET /api/me", { token });
    const refreshed = await call(server.url, "POST /api/token/refresh", { token: person.refresh_token });
    await call(server.url, "POST /api/token/refresh", { token: refreshed.body.refresh_token });
    // older than the one before the newest: stolen
    expect((await call(server.url, "POST /api/token/refresh", { token: person.refresh_token })).status).toBe(
      401,
    );
    const second = (await call(server.url, "POST /api/login", { json: { email, password } })).body;
    await call(server.url, "POST /api/logout/access", { token: second.access_token });
    await call(server.url, "POST /api/logout/refresh", { token: second.refresh_token });
    await call(server.url, "POST /api/password/forgot", { json: { email } });
    await expect
      .poll(async () => (await scrape(server)).sum("connect_auth_mails_total", { outcome: "sent" }))
      .toBeGreaterThan(0);

    const after = await scrape(server);
    const more = (name: string, labels = {}) => after.sum(name, labels) - before.sum(name, labels);
    const requests = (method: string, route: string, status: number) =>
      more(DURATION, { method, route, status });
    expect(requests("POST", "/api/register", 201)).toBe(1);
    expect(requests("POST", "/api/login", 401)).toBe(4);
    expect(requests("POST", "/api/login", 200)).toBe(3);
    expect(requests("GET", "/api/me", 200)).toBe(5);
    expect(requests("POST", "/api/token/refresh", 200)).toBe(2);
    expect(requests("POST", "/api/token/refresh", 401)).toBe(1);
    const logins = (outcome: string) => more("connect_auth_logins_total", { outcome });
    expect(["succeeded", "wrong_password", "unknown_user", "disabled"].map(logins)).toEqual([3, 3, 1, 0]);
    expect(more("connect_auth_registrations_total")).toBe(1);
    expect(more("connect_auth_refreshes_total")).toBe(2);
    expect(more("connect_auth_refresh_token_reuses_total", { cause: "older_generation" })).toBe(1);
    const revoked = (what: string) => more("connect_auth_revocations_total", { revoked: what });
    expect(["access_token", "refresh_token", "session"].map(revoked)).toEqual([1, 1, 0]);
    // one for the registration, one for each login
    expect(more("connect_auth_hash_duration_seconds_count")).toBe(8);
    expect(more("connect_auth_hash_wait_seconds_count")).toBe(8);
    expect(after.sum("connect_auth_hash_queue_depth")).toBe(0);
    expect(more("connect_auth_storage_call_duration_seconds_count", { port: "users", call: "add" })).toBe(1);
    expect(after.sum("connect_auth_storage_faults_total")).toBe(0);

    const keys = [...after.series.keys()].join("\n");
    for (const given of [email, username, password, token, "nobody here"]) expect(keys).not.toContain(given);
  });

  it("have as many series after 1,000 random paths, methods and ids as before", async () => {
    const { access_token: token } = await registered(server.url);
    const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "MKCOL", "PURGE", "SEARCH"];
    const paths = [
      () => `/${randomUUID()}`,
      () => `/api/sessions/${randomUUID()}`,
      () => `/api/sessions/${randomBytes(8).toString("hex")}?x=${randomUUID()}`,
      () => `/api/me/${randomUUID()}`,
      () => `/%${randomBytes(1).toString("hex")}${randomUUID()}`,
      () => `/health/${randomUUID()}`,
    ];
    const authorized = { authorization: `Bearer ${token}` };
    const each = async () => {
      for (const method of methods) {
        for (const path of paths) {
          await send(server.url, method, path(), authorized);
          await send(server.url, method, path());
        }
      }
    };
    const own = async () => {
      const keys = [...(await scrape(server)).series.keys()];
      return keys.filter((key) => key.startsWith("connect_auth_")).sort();
    };
    await each();
    // an invalid path is answered 400
    await send(server.url, "GET", "/%zz");
    for (const method of methods) await send(server.url, method, "/%zz");
    const before = await own();
    for (let time = 0; time < 9; time += 1) await each();
    const after = await own();
    expect(after).toEqual(before);
    const routes = new Set(after.map((key) => /route="([^"]*)"/.exec(key)?.[1]).filter((route) => route));
    expect([...routes]).toEqual(expect.arrayContaining(["none", "/api/sessions/:id"]));
  }, 60_000);

  it("are all in docs/metrics.md, with type and labels, and nothing else is", async () => {
    const { metrics, series } = await scrape(server);
    const text = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
    const rows = [...text.matchAll(/^\| `([a-z]\w+)` \| (\w+) \| ([^|]*)\| (\S[^|]*) \|$/gm)];
    const named = rows.map(([, name = "", type, labels = ""]) => ({
      name,
      type,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(),
    }));
    const keys = [...series.keys()];
    // a metric without a count has no series, and so no labels to compare
    const hasSeries = (name: string) =>
      keys.some((key) => key.startsWith(`${name}{`) || key.startsWith(`${name}_bucket`));
    const documented = named.map(({ name, type, labels }) => ({
      name,
      type,
      labels: hasSeries(name) && labels,
    }));
    const exposed = [...metrics].map(([name, { type, labels }]) => ({
      name,
      type,
      labels: hasSeries(name) && [...labels].filter((label) => label !== "le").sort(),
    }));
    const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
    expect(documented.sort(byName)).toEqual(exposed.sort(byName));
    expect(documented.length).toBeGreaterThan(40);
  });

  it("are at one address, for GET alone", async () => {
    const { origin } = new URL(metricsOf(server));
    const asked = [
      "GET /",
      "POST /metrics",
      "HEAD /metrics",
      "GET /metrics/",
      "GET /health/live",
      "GET /api/me",
    ];
    for (const line of asked) {
      const [method = "", path = ""] = line.split(" ");
      expect([line, await send(origin, method, path)]).toEqual([line, 404]);
    }
    expect(await send(server.url, "GET", "/metrics")).toBe(404);
  });
});

it("without METRICS_PORT there are none", async () => {
  const server = await startServer({ STORAGE: "memory", ...FREE_AND_CHEAP });
  expect(server.output()).not.toContain("metrics");
  expect(await server.end()).toBe(0);
});

it("throttled attempts are counted under the limit that refused them", async () => {
  const server = await startServer({ ...ENV, LOGIN_THROTTLE: "on", THROTTLE_PAIR: "2" });
  const { email } = someone();
  for (let time = 0; time < 5; time += 1) {
    await call(server.url, "POST /api/login", { json: { email, password: `wrong horse ${time}` } });
  }
  const { sum } = await scrape(server);
  expect(sum("connect_auth_throttled_attempts_total", { scope: "pair" })).toBe(3);
  expect(sum("connect_auth_logins_total", { outcome: "unknown_user" })).toBe(2);
  expect(await server.end()).toBe(0);
});

it.each(["1", "2"])(
  "with WORKERS=%s a METRICS_PORT that is taken is told, and nothing starts",
  async (WORKERS) => {
    const first = await startServer(ENV);
    const { env, remove } = (sharedStorages[0] as (typeof sharedStorages)[number]).open();
    const { port } = new URL(metricsOf(first));
    const second = await runToExit({ ...env, ...FREE_AND_CHEAP, WORKERS, METRICS_PORT: port });
    expect([second.status, second.output.match(/Cannot serve metrics on|METRICS_PORT/g)]).toEqual([
      1,
      ["Cannot serve metrics on", "METRICS_PORT"],
    ]);
    expect(await first.end()).toBe(0);
    await remove();
  },
);

/** The time for a process to start or to end on a busy machine. */
const PATIENT = { timeout: 40_000 };

it("the metrics of several workers are one sum, which does not go down when one is killed or stops", async () => {
  const { env, remove } = (sharedStorages[0] as (typeof sharedStorages)[number]).open();
  const server = await startServer({ ...env, ...FREE_AND_CHEAP, WORKERS: "2", METRICS_PORT: "0" });
  const sumOf = async (name: string, labels = {}) => (await scrape(server)).sum(name, labels);
  const register = async (times: number) => {
    for (let time = 0; time < times; time += 1) {
      // connections go to the workers in turn
      const options = { json: someone(), headers: { connection: "close" } };
      expect((await call(server.url, "POST /api/register", options)).status).toBe(201);
    }
  };
  const registrations = () => sumOf("connect_auth_registrations_total");
  const limits = await sumOf("process_max_fds");
  await register(6);
  expect(await registrations()).toBe(6);
  for (const [signal, sum] of [
    ["SIGKILL", 10],
    ["SIGTERM", 14],
  ] as const) {
    const [victim] = workersOf(server) as [number, number];
    process.kill(victim, signal);
    await expect.poll(() => isAlive(victim), PATIENT).toBe(false);
    expect(await registrations()).toBe(sum - 4);
    // the sum includes the limit of each worker that serves
    await expect.poll(() => sumOf("process_max_fds"), PATIENT).toBe(limits);
    await register(4);
    await expect.poll(registrations).toBe(sum);
  }
  const { metrics } = await scrape(server);
  expect(metrics.has("process_start_time_seconds")).toBe(false);
  // the mails of the registrations are sent gradually
  await expect.poll(() => sumOf("connect_auth_outbox_waiting"), PATIENT).toBe(0);
  expect(await server.end()).toBe(0);
  await remove();
}, 120_000);
