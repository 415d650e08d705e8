import { Agent, request } from "node:http";
import type { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { call, registered, someone } from "../support/api.ts";
import { runOnTerminal } from "../support/cli.ts";
import { halfSent } from "../support/half-sent.ts";
import { FREE_AND_CHEAP, runToExit, startServer } from "../support/server-process.ts";
import { sharedStorages } from "../support/storage-choices.ts";
import { isAlive, isHalted, remotePortsOf, workersOf } from "../support/worker-processes.ts";

const SECONDS = Number(process.env.WORKER_DEATHS_SECONDS ?? 10);
const CLIENTS = 8;
/** Longer than any answer takes. */
const PATIENCE_MS = 20_000;

/** The time for a process to start or to end on a busy machine. */
const PATIENT = { timeout: 40_000 };
vi.setConfig({ testTimeout: 120_000 });

interface Failure {
  readonly why: string;
  readonly port: number | undefined;
  readonly failedAt: number;
}

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a body is whatever the server sent
  readonly body: any;
}

/** A client with one connection at a time, kept alive or for one call, that records failed calls. */
function makeClient(url: string, keepAlive: boolean, failures: Failure[]) {
  const agent = new Agent({ keepAlive, maxSockets: 1 });
  const ports = new WeakMap<Socket, number | undefined>();
  return async (line: string, { json, token }: { json?: object; token?: string } = {}) => {
    const [method, path] = line.split(" ");
    let socket: Socket | undefined;
    return new Promise<Answer | undefined>((resolve) => {
      const outgoing = request(url + path, {
        method: method as string,
        agent,
        timeout: PATIENCE_MS,
        headers: {
          ...(json && { "content-type": "application/json" }),
          ...(token && { authorization: `Bearer ${token}` }),
        },
      });
      const failed = ({ message: why }: Error) => {
        failures.push({ why, port: socket && ports.get(socket), failedAt: Date.now() });
        resolve(undefined);
      };
      outgoing.on("socket", (used) => {
        socket = used;
        const remember = () => ports.set(used, used.localPort);
        if (used.connecting) used.once("connect", remember);
      });
      outgoing.once("error", failed);
      outgoing.once("timeout", () => outgoing.destroy(new Error("no answer")));
      outgoing.on("response", (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.once("error", failed);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: text === "" ? "" : JSON.parse(text) }),
        );
      });
      outgoing.end(json && JSON.stringify(json));
    });
  };
}

async function sixteenAtOnce<T>(things: readonly T[], check: (thing: T) => Promise<void>): Promise<void> {
  const open = [...things];
  const inTurn = async () => {
    for (let next = open.pop(); next !== undefined; next = open.pop()) await check(next);
  };
  await Promise.all(Array.from({ length: 16 }, inTurn));
}

/** The number of requests that workers have begun to answer. */
function sixHalfSent(url: string) {
  return Promise.all(Array.from({ length: 6 }, () => halfSent(url, "POST /api/register", someone())));
}

describe.each(sharedStorages)("several workers on $name", ({ open }) => {
  const ENV = { WORKERS: "2", ...FREE_AND_CHEAP };

  it(
    `lose nothing acknowledged while one is killed every two seconds, for ${SECONDS} seconds`,
    async () => {
      const storage = open();
      const server = await startServer({ ...storage.env, ...ENV });
      const failures: Failure[] = [];
      const refused: unknown[] = [];
      const accounts: { email: string; password: string }[] = [];
      const ended: string[] = [];
      const kills: { ports: Set<number>; at: number }[] = [];
      const until = Date.now() + SECONDS * 1_000;
      let calls = 0;

      async function work(_: unknown, index: number) {
        const ask = makeClient(server.url, index % 2 === 0, failures);
        const checked = async (line: string, status: number, options: { json?: object; token?: string }) => {
          const answer = await ask(line, options);
          calls += 1;
          if (answer && answer.status !== status) refused.push([line, answer]);
          return answer;
        };
        while (Date.now() < until) {
          const person = someone();
          const made = await checked("POST /api/register", 201, { json: person });
          if (made?.status !== 201) continue;
          accounts.push(person);
          const token = made.body.access_token;
          await checked("GET /api/me", 200, { token });
          const out = await checked("POST /api/logout", 200, { token });
          if (out?.status === 200) ended.push(token);
        }
      }

      const times = (what: string) => server.output().split(`"msg":"${what}"`).length - 1;

      async function kill() {
        while (Date.now() + 2_000 < until) {
          await setTimeout(2_000);
          // on a busy machine, a start may take longer than that
          await expect.poll(() => times("worker_replaced"), PATIENT).toBe(kills.length);
          const [victim] = workersOf(server) as [number, number];
          // halted, so that it accepts no more while its connections are counted
          process.kill(victim, "SIGSTOP");
          while (!isHalted(victim)) await setTimeout(1);
          kills.push({ ports: new Set(remotePortsOf(victim)), at: Date.now() });
          process.kill(victim, "SIGKILL");
        }
      }

      await Promise.all([kill(), ...Array.from({ length: CLIENTS }, work)]);
      expect(kills.length).toBeGreaterThanOrEqual(Math.max(1, Math.floor(SECONDS / 10)));
      expect(calls).toBeGreaterThan(10 * kills.length);
      const unexplained = failures.filter(
        ({ port, failedAt }) =>
          port === undefined || !kills.some(({ ports, at }) => failedAt >= at && ports.has(port)),
      );
      expect([unexplained, refused]).toEqual([[], []]);
      // only a few connections break, each time
      expect(failures.length).toBeLessThanOrEqual(kills.length * CLIENTS);
      await expect.poll(() => workersOf(server).length, PATIENT).toBe(2);
      await sixteenAtOnce(accounts, async ({ email, password }) => {
        expect((await call(server.url, "POST /api/login", { json: { email, password } })).status).toBe(200);
      });
      await sixteenAtOnce(ended, async (token) => {
        expect((await call(server.url, "GET /api/me", { token })).status).toBe(401);
      });
      console.log(`${calls} calls, ${kills.length} workers killed, ${failures.length} connections broken`);
      expect(await server.end()).toBe(0);
      expect(server.output()).toContain('"msg":"worker_died"');
      await storage.remove();
    },
    90_000 + SECONDS * 3_000,
  );

  it("know of each other's revocations at once and count failures together", async () => {
    const storage = open();
    const server = await startServer({ ...storage.env, ...ENV, LOGIN_THROTTLE: "on" });
    for (let round = 0; round < 20; round += 1) {
      const { access_token: token } = await registered(server.url);
      await call(server.url, "POST /api/logout/access", { token });
      // each on a separate connection, which either worker accepts
      const answers = await Promise.all(
        Array.from({ length: 4 }, () =>
          call(server.url, "GET /api/me", { token, headers: { connection: "close" } }),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    }
    const { email } = await registered(server.url);
    const guesses = Array.from({ length: 60 }, (_, index) =>
      call(server.url, "POST /api/login", { json: { email, password: `wrong horse ${index}` } }),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    // a busy machine may refuse some for a full queue, which is not counted as a guess
    expect(statuses.filter((status) => ![401, 429, 503].includes(status))).toEqual([]);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
    const more: number[] = [];
    while (more.at(-1) !== 429) {
      const json = { email, password: `wrong horse ${more.length}` };
      more.push((await call(server.url, "POST /api/login", { json })).status);
    }
    expect([...statuses, ...more].filter((status) => status === 401)).toHaveLength(5);
    expect(await server.end()).toBe(0);
    await storage.remove();
  });
});

describe("several workers", () => {
  const { open } = sharedStorages[0] as (typeof sharedStorages)[number];

  it.each(["SIGTERM", "SIGINT"] as const)(
    "finish running requests on %s and end with the first process",
    async (signal) => {
      const storage = open();
      const server = await startServer({ ...storage.env, ...FREE_AND_CHEAP, WORKERS: "2" });
      const workers = workersOf(server);
      const running = await sixHalfSent(server.url);
      // to all of its processes, as supervisors and terminals do
      for (const pid of workers) process.kill(pid, signal);
      const ended = server.end(signal);
      const answers = await Promise.all(running.map(({ finish }) => finish()));
      expect(answers).toEqual(Array(6).fill(201));
      expect(await ended).toBe(0);
      expect(workers.filter(isAlive)).toEqual([]);
      await storage.remove();
    },
  );

  it("stop in order on a terminal, where Ctrl-C reaches all of them", async () => {
    const storage = open();
    const { stdout, stderr } = await runOnTerminal(
      { ...storage.env, ...FREE_AND_CHEAP, WORKERS: "2", PORT: "0" },
      ["serve"],
      [["workers  2", "\u0003"]],
    );
    expect(`${stdout}${stderr}`).not.toMatch(/worker_died|Error/);
    await storage.remove();
  });

  it("end by themselves when the first process is killed, after what they were answering", async () => {
    const storage = open();
    const server = await startServer({ ...storage.env, ...FREE_AND_CHEAP, WORKERS: "2" });
    const workers = workersOf(server);
    expect(workers).toHaveLength(2);
    const running = await sixHalfSent(server.url);
    const ended = server.end("SIGKILL");
    const answers = await Promise.all(running.map(({ finish }) => finish()));
    expect(answers).toEqual(Array(6).fill(201));
    await expect.poll(() => workers.filter(isAlive), PATIENT).toEqual([]);
    await ended;
    await storage.remove();
  });

  it("one that is asked to stop by itself does so in order and is replaced", async () => {
    const storage = open();
    const server = await startServer({ ...storage.env, ...FREE_AND_CHEAP, WORKERS: "2" });
    const [one, other] = workersOf(server) as [number, number];
    process.kill(one, "SIGTERM");
    await expect.poll(() => isAlive(one), PATIENT).toBe(false);
    await expect.poll(() => workersOf(server).length, PATIENT).toBe(2);
    expect(workersOf(server)).toContain(other);
    expect(await server.end()).toBe(0);
    expect(server.output()).toContain('"status":0');
    await storage.remove();
  });

  it("tell once what keeps them from starting, with its status", async () => {
    const { env, remove } = open();
    const busy = await startServer({ ...env, ...FREE_AND_CHEAP, WORKERS: "2" });
    const PORT = new URL(busy.url).port;
    const second = await runToExit({ ...env, ...FREE_AND_CHEAP, WORKERS: "3", PORT });
    expect(second.status).toBe(1);
    expect(second.output.match(/Cannot listen/g)).toHaveLength(1);
    await busy.end();
    await remove();
    const inMemory = await runToExit({ STORAGE: "memory", WORKERS: "2" });
    expect(inMemory).toMatchObject({ status: 78, output: expect.stringContaining("do not share memory") });
  });

  it("that die at once again and again are replaced ever later", async () => {
    const storage = open();
    const server = await startServer({ ...storage.env, ...FREE_AND_CHEAP, WORKERS: "2" });
    const [, kept] = workersOf(server) as [number, number];
    const waits = () => [...server.output().matchAll(/"replacedInMs":(\d+)/g)].map(([, ms]) => Number(ms));
    while (waits().length < 5) {
      for (const pid of workersOf(server)) if (pid !== kept) process.kill(pid, "SIGKILL");
      await setTimeout(10);
    }
    expect(waits().slice(0, 5)).toEqual([0, 100, 200, 400, 800]);
    expect((await call(server.url, "GET /health/ready")).status).toBe(200);
    expect(await server.end()).toBe(0);
    await storage.remove();
  });
});
