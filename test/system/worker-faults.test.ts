import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { call } from "../support/api.ts";
import { logged } from "../support/log-lines.ts";
import {
  FREE_AND_CHEAP,
  runToExit,
  type ServerProcess,
  startServer,
  temporaryDirectory,
} from "../support/server-process.ts";
import { isAlive, isHalted, workersOf } from "../support/worker-processes.ts";

/** A hanging worker is killed after ten seconds, and a start on a busy machine may take longer than that. */
const PATIENT = { timeout: 60_000 };
const TIMEOUT_MS = 150_000;
const ENV = { ...FREE_AND_CHEAP, WORKERS: "2" };

async function start(env: Record<string, string> = {}, cwd?: string): Promise<ServerProcess> {
  const { path, remove } = temporaryDirectory();
  const server = await startServer({ DATA_DIR: path, ...ENV, ...env }, cwd);
  onTestFinished(() => {
    // ended by then, unless the test failed
    for (const pid of isAlive(server.child.pid as number) ? workersOf(server) : [])
      process.kill(pid, "SIGKILL");
    server.child.kill("SIGKILL");
    remove();
  });
  return server;
}

function times(server: ServerProcess, what: string): number {
  return logged(server).filter(({ msg }) => msg === what).length;
}

function halt(pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  return expect.poll(() => isHalted(pid), PATIENT).toBe(true);
}

const fresh = { headers: { connection: "close" } };

describe("when all workers die at once", () => {
  it(
    "their port stays, also one that was free by chance, and connections wait for the next",
    async () => {
      const server = await start();
      for (let round = 1; round <= 3; round += 1) {
        for (const pid of workersOf(server)) process.kill(pid, "SIGKILL");
        await expect.poll(() => times(server, "worker_died"), PATIENT).toBeGreaterThanOrEqual(2 * round);
        // some connections are made while no worker accepts them
        const answers = Array.from({ length: 8 }, () => call(server.url, "GET /health/live", fresh));
        expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(8).fill(200));
        await expect.poll(() => times(server, "worker_replaced"), PATIENT).toBe(2 * round);
      }
      expect(await server.end()).toBe(0);
      await expect(call(server.url, "GET /health/live", fresh)).rejects.toThrow("fetch failed");
    },
    TIMEOUT_MS,
  );
});

describe("a worker that hangs", () => {
  it(
    "is killed and replaced, and the log says why",
    async () => {
      const server = await start();
      const [victim, other] = workersOf(server) as [number, number];
      await halt(victim);
      await expect.poll(() => times(server, "worker_replaced"), PATIENT).toBe(1);
      expect(logged(server).find(({ msg }) => msg === "worker_died")).toMatchObject({
        pid: victim,
        status: "SIGKILL",
        failure: "It gave no sign of life for 10 seconds",
      });
      expect(isAlive(victim)).toBe(false);
      expect(workersOf(server)).toContain(other);
      expect(await server.end()).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    "does not keep the others from stopping",
    async () => {
      const server = await start();
      const workers = workersOf(server) as [number, number];
      await halt(workers[0]);
      expect(await server.end()).toBe(0);
      expect(workers.filter(isAlive)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "is not one that was halted together with the first process",
    async () => {
      const server = await start();
      const all = [server.child.pid as number, ...workersOf(server)];
      for (const pid of all) await halt(pid);
      await new Promise((resolve) => setTimeout(resolve, 13_000));
      for (const pid of all.toReversed()) process.kill(pid, "SIGCONT");
      await expect.poll(async () => (await call(server.url, "GET /health/ready", fresh)).status).toBe(200);
      expect([workersOf(server), times(server, "worker_died")]).toEqual([all.slice(1), 0]);
      expect(await server.end()).toBe(0);
    },
    TIMEOUT_MS,
  );
});

it(
  "a worker that replaces another has the settings of the first start, whatever .env says by then",
  async () => {
    const { path, remove } = temporaryDirectory();
    onTestFinished(remove);
    const file = join(path, ".env");
    const secret = join(path, "secret");
    writeFileSync(secret, "the secret of the first start, long enough");
    const lines = ["ISSUER=https://first.example.org", "LOG_LEVEL=warn", `SECRET_KEY_FILE=${secret}`];
    writeFileSync(file, lines.join("\n"));
    const server = await start({ LOG_LEVEL: "" }, path);
    writeFileSync(file, "ISSUER=https://second.example.org\nREGISTRATION=closed\nLOG_LEVEL=nonsense\n");
    writeFileSync(secret, "another secret that opens nothing of these data");
    for (const pid of workersOf(server)) process.kill(pid, "SIGKILL");
    await expect.poll(() => times(server, "worker_replaced"), PATIENT).toBe(2);
    expect(times(server, "worker_died")).toBe(2);
    const { body } = await call(server.url, "GET /.well-known/oauth-authorization-server");
    expect(body.issuer).toBe("https://first.example.org");
    expect(await server.end()).toBe(0);
  },
  TIMEOUT_MS,
);

it(
  "a port that another service holds is told once, by address and name",
  async () => {
    const busy = await start();
    const PORT = new URL(busy.url).port;
    for (const HOST of ["127.0.0.1", "localhost"]) {
      const { path, remove } = temporaryDirectory();
      onTestFinished(remove);
      const second = await runToExit({ ...ENV, DATA_DIR: path, PORT, HOST });
      expect([second.status, second.output.match(/Cannot listen on \S+/g)]).toEqual([
        1,
        [`Cannot listen on ${HOST}:${PORT}:`],
      ]);
    }
    expect(await busy.end()).toBe(0);
  },
  TIMEOUT_MS,
);
