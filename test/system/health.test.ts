import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { call, registered, someone } from "../support/api.ts";
import { runOnTerminal } from "../support/cli.ts";
import { freePort } from "../support/free-port.ts";
import { halfSent } from "../support/half-sent.ts";
import { logged } from "../support/log-lines.ts";
import { FREE_AND_CHEAP, runToExit, startServer } from "../support/server-process.ts";

const MEMORY = { STORAGE: "memory", ...FREE_AND_CHEAP };

/** Retries until the server listens. */
async function answered(url: string, request: string) {
  for (;;) {
    try {
      return await call(url, request);
    } catch {
      await pause(20);
    }
  }
}

/** Resolves once connections are refused. */
async function refused(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  for (;;) {
    const socket = connect(Number(port), hostname);
    const outcome = await Promise.race([once(socket, "connect"), once(socket, "error")]).catch(
      () => undefined,
    );
    socket.destroy();
    if (outcome === undefined) return;
    await pause(5);
  }
}

describe("a service", () => {
  it("tells everybody that it is live and ready, and its version", async () => {
    const server = await startServer(MEMORY);
    expect(await call(server.url, "GET /health/live")).toMatchObject({
      status: 200,
      body: { status: "live" },
    });
    const ready = await call(server.url, "GET /health/ready");
    expect(ready).toMatchObject({
      status: 200,
      body: { status: "ready", checks: { storage: "ok", hashing: "ok", keys: "ok" } },
    });
    expect(ready.headers.get("cache-control")).toBe("no-store");
    const version = await call(server.url, "GET /version");
    expect(version.body).toEqual({
      name: "hbtu-connect-auth",
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect((await call(server.url, "HEAD /health/ready")).status).toBe(200);
    await server.end();
  });

  it("that cannot reach its storage yet is live and not ready, and then says so and ends", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const PORT = String(await freePort());
    const url = `http://127.0.0.1:${PORT}`;
    const ended = runToExit({
      ...FREE_AND_CHEAP,
      PORT,
      MONGO_URI: `mongodb://127.0.0.1:${(silent.address() as AddressInfo).port}/starting`,
      SECRET_KEY: "a secret that all processes of a test have",
    });
    expect(await answered(url, "GET /health/live")).toMatchObject({ status: 200 });
    const notReady = await call(url, "GET /health/ready");
    expect(notReady).toMatchObject({ status: 503, body: { status: "starting" } });
    expect(notReady.headers.get("retry-after")).toBe("1");
    for (const request of [
      "GET /api/me",
      "POST /api/login",
      "GET /no/such/call",
      "GET /.well-known/jwks.json",
    ]) {
      expect(await call(url, request)).toMatchObject({ status: 503, body: { code: "storage_unavailable" } });
    }
    expect(await ended).toMatchObject({ status: 1, output: expect.stringContaining("cannot be used") });
    silent.close();
  }, 30_000);

  it("that is asked to stop says that it is not ready, and goes on working for its grace", async () => {
    const server = await startServer({ ...MEMORY, SHUTDOWN_GRACE: "3s" });
    const { access_token: token } = await registered(server.url);
    const began = Date.now();
    const ended = server.end();
    await expect.poll(async () => (await call(server.url, "GET /health/ready")).status).toBe(503);
    expect((await call(server.url, "GET /health/ready")).body).toEqual({ status: "stopping" });
    expect((await call(server.url, "GET /health/live")).status).toBe(200);
    expect((await call(server.url, "GET /api/me", { token })).status).toBe(200);
    expect(await ended).toBe(0);
    expect(Date.now() - began).toBeGreaterThanOrEqual(3_000);
  });

  it("that is asked twice to stop ends at once", async () => {
    const server = await startServer({ ...MEMORY, SHUTDOWN_GRACE: "1h" });
    const ended = server.end();
    await expect.poll(async () => (await call(server.url, "GET /health/ready")).status).toBe(503);
    await pause(2_000);
    server.child.kill("SIGTERM");
    expect(await ended).toBe("SIGTERM");
  });

  it("that gets one Ctrl-C twice, as by npm, finishes its requests", async () => {
    const server = await startServer(MEMORY);
    const running = await Promise.all(
      Array.from({ length: 4 }, () => halfSent(server.url, "POST /api/register", someone())),
    );
    const ended = server.end("SIGINT");
    // a pending signal absorbs a second one
    await refused(server.url);
    server.child.kill("SIGINT");
    const answers = await Promise.all(running.map(({ finish }) => finish()));
    expect(answers).toEqual(Array(4).fill(201));
    expect(await ended).toBe(0);
  });

  it("that is ended by Ctrl-C waits for no load balancer", async () => {
    const server = await startServer({ ...MEMORY, SHUTDOWN_GRACE: "1h" });
    expect(await server.end("SIGINT")).toBe(0);
  });
});

describe("the log", () => {
  const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  const SPAN = "00f067aa0ba902b7";

  it.each([
    [`00-${TRACE}-${SPAN}-01`, true],
    [`01-${TRACE}-${SPAN}-01-more`, true],
    [`00-${TRACE}-${SPAN}-01-more`, false],
    [`ff-${TRACE}-${SPAN}-01`, false],
    [`00-${"0".repeat(32)}-${SPAN}-01`, false],
    [`00-${TRACE}-${"0".repeat(16)}-01`, false],
    [`00-${TRACE.toUpperCase()}-${SPAN}-01`, false],
    [`00-${TRACE}`, false],
    [`00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`, false],
  ])("of a request with traceparent %s carries the trace: %s", async (traceparent, carries) => {
    const server = await startServer(MEMORY);
    await call(server.url, "POST /api/login", {
      json: { email: "nobody@example.com", password: "correct horse" },
      headers: { traceparent },
    });
    await server.end();
    const lines = logged(server);
    const traced = { trace_id: TRACE, parent_span_id: SPAN };
    for (const msg of ["login_failed", "request"]) {
      const line = lines.find((each) => each.msg === msg);
      expect(line).toMatchObject({ msg });
      if (carries) expect(line).toMatchObject(traced);
      else expect(line).not.toHaveProperty("trace_id");
    }
  });

  it("tells of probes at level debug only", async () => {
    const server = await startServer({ ...MEMORY, LOG_LEVEL: "info" });
    await call(server.url, "GET /health/ready");
    await call(server.url, "GET /version");
    await server.end();
    expect(server.output()).not.toContain("/health/ready");
    expect(server.output()).toContain("/version");
  });

  it("has lines for people on a terminal, and JSON elsewhere", async () => {
    const PORT = String(await freePort());
    const url = `http://127.0.0.1:${PORT}`;
    const onTerminal = runOnTerminal(
      { ...MEMORY, PORT },
      ["serve"],
      [
        ["issuer", ""],
        ["/version", "\u0003"],
      ],
    );
    await answered(url, "GET /health/live");
    await expect.poll(async () => (await call(url, "GET /health/ready")).status).toBe(200);
    await call(url, "GET /version");
    const { stdout } = await onTerminal;
    expect(stdout).toMatch(
      /\d\d:\d\d:\d\d\.\d{3} INFO {2}[\da-f]{8} request method=GET route=\/version status=200/,
    );
    expect(stdout).not.toContain('{"level"');
  });
});
