import { closeSync, openSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { call, registered } from "../support/api.ts";
import { BAD_OUTPUTS, startUnseen } from "../support/bad-output.ts";
import { freePort } from "../support/free-port.ts";
import { parseMetrics } from "../support/prometheus.ts";
import { temporaryDirectory } from "../support/server-process.ts";
import { smallDisk } from "../support/small-disk.ts";
import { workersOf } from "../support/worker-processes.ts";

/** More lines than a pipe (64 KiB), a socket's buffer or a disk of that size holds. */
const CALLS = 800;
const TIMEOUT_MS = 120_000;
/** The time for a process to start or to end on a busy machine. */
const PATIENT = { timeout: 40_000 };

function storageOf(workers: number): Record<string, string> {
  if (workers === 1) return { STORAGE: "memory" };
  const { path, remove } = temporaryDirectory();
  onTestFinished(remove);
  return { DATA_DIR: path, WORKERS: String(workers) };
}

async function isReady(url: string): Promise<boolean> {
  return (await call(url, "GET /health/ready").catch(() => undefined))?.status === 200;
}

/** Makes calls until `calls` were answered. While a worker starts, some are refused. */
async function answersTo(url: string, calls: number): Promise<void> {
  for (let answered = 0; answered < calls; ) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        call(url, "GET /api/me", { headers: { "x-request-id": "i".repeat(128), connection: "close" } }),
      ),
    );
    for (const { status, body } of answers) {
      expect([body.code, status]).toEqual(
        status === 503 ? ["storage_unavailable", 503] : ["missing_token", 401],
      );
      if (status === 401) answered += 1;
    }
  }
}

describe.each([1, 2])("with %i workers", (workers) => {
  it.each(Object.keys(BAD_OUTPUTS))(
    "%s as its log stops neither calls nor a stop",
    async (kind) => {
      const output = BAD_OUTPUTS[kind]?.() as ReturnType<(typeof BAD_OUTPUTS)[string]>;
      onTestFinished(() => output.release());
      const server = startUnseen(storageOf(workers), output.fd, await freePort());
      onTestFinished(() => void server.child.kill("SIGKILL"));
      await expect.poll(() => isReady(server.url), PATIENT).toBe(true);
      await answersTo(server.url, CALLS);
      await registered(server.url);
      expect(await isReady(server.url)).toBe(true);
      expect(await server.end()).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    "a reader that has stopped stops neither calls nor a stop",
    async () => {
      const server = startUnseen(storageOf(workers), "pipe", await freePort());
      onTestFinished(() => void server.child.kill("SIGKILL"));
      await expect.poll(() => isReady(server.url), PATIENT).toBe(true);
      await answersTo(server.url, 2 * CALLS);
      expect(await server.end()).toBe(0);
    },
    TIMEOUT_MS,
  );
});

it(
  "a log that nobody reads holds up no other worker when one is replaced",
  async () => {
    const output = BAD_OUTPUTS["a pipe that nobody reads"]?.() as ReturnType<(typeof BAD_OUTPUTS)[string]>;
    onTestFinished(() => output.release());
    const server = startUnseen(storageOf(2), output.fd, await freePort());
    onTestFinished(() => void server.child.kill("SIGKILL"));
    await expect.poll(() => isReady(server.url), PATIENT).toBe(true);
    await answersTo(server.url, CALLS);
    const [first] = workersOf(server) as [number, number];
    process.kill(first, "SIGTERM");
    // a start shares descriptors with the new process, which changes how others write to them
    for (let round = 0; round < 20; round += 1) {
      await answersTo(server.url, 40);
      await setTimeout(50);
    }
    await expect.poll(() => workersOf(server).length, PATIENT).toBe(2);
    expect(await server.end()).toBe(0);
  },
  TIMEOUT_MS,
);

describe.each([1, 2])("with %i workers", (workers) => {
  it(
    "lines that a full disk had no room for are counted, and told once there is room",
    async () => {
      const disk = smallDisk(64, 0);
      onTestFinished(() => disk.remove());
      if (disk.under.length > 0) return console.log("skipped: this process may not mount a file system");
      const file = join(disk.path, "log");
      const fd = openSync(file, "a");
      const metricsPort = await freePort();
      const env = { ...storageOf(workers), METRICS_PORT: String(metricsPort) };
      const server = startUnseen(env, fd, await freePort());
      closeSync(fd);
      onTestFinished(() => void server.child.kill("SIGKILL"));
      await expect.poll(() => isReady(server.url), PATIENT).toBe(true);
      const dropped = async () => {
        const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
        return parseMetrics(text).sum("connect_auth_log_lines_dropped_total");
      };
      await answersTo(server.url, CALLS);
      expect(await isReady(server.url)).toBe(true);
      await expect.poll(dropped, PATIENT).toBeGreaterThan(100);
      // lines wait for at most 50 ms; then the metric is read from each worker
      await setTimeout(1_000);
      const count = await dropped();

      truncateSync(file);
      await answersTo(server.url, 20);
      const lines = () => readFileSync(file, "utf8").split("\n");
      await expect.poll(() => lines().some((line) => line.includes("log_lines_dropped")), PATIENT).toBe(true);
      const told = lines().find((line) => line.includes("log_lines_dropped")) ?? "";
      expect(JSON.parse(told)).toMatchObject({ level: "warn", dropped: count });
      expect(await dropped()).toBe(count);
      expect(await server.end()).toBe(0);
      // a line cut off by the full disk stays a separate line
      const whole = lines().filter((line) => line.startsWith("{") && line.endsWith("}"));
      for (const line of whole) expect(() => JSON.parse(line)).not.toThrow();
    },
    TIMEOUT_MS,
  );
});
