import { execFileSync } from "node:child_process";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { FREE_AND_CHEAP, startServer } from "../support/server-process.ts";

/** The wanted number of connections, within the limit of open files. */
const MOST = 10_000;
const OPEN_FILES =
  Number(execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" })) || Number.POSITIVE_INFINITY;
const CONNECTIONS = Math.min(MOST, OPEN_FILES - 200);
if (CONNECTIONS < MOST) console.log(`Only ${CONNECTIONS} half-open connections: ulimit -n is ${OPEN_FILES}`);

interface HalfOpen {
  readonly count: number;
  /** For each closed connection, the time that it was open, in milliseconds. */
  readonly lifetimes: readonly number[];
}

/** Connections opened at once; more would wait in the system's queue. */
const BATCH = 200;

/** Connections of clients that stop in the middle: before the first byte, in the headers, in the body. */
async function openHalf(url: string, count: number): Promise<HalfOpen> {
  const { hostname, port } = new URL(url);
  const head =
    "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n";
  const beginnings = ["", head, `${head}\r\n{"email"`];
  const open = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        const opened = performance.now();
        socket.write(beginnings[index % beginnings.length] as string);
        // closed by the server, the first perhaps before the last is open
        socket.on("close", () => lifetimes.push(performance.now() - opened));
        socket.resume();
        resolve();
      });
      socket.on("error", reject);
    });
  const lifetimes: number[] = [];
  for (let opened = 0; opened < count; opened += BATCH) {
    const batch = Math.min(BATCH, count - opened);
    await Promise.all(Array.from({ length: batch }, (_, index) => open(index)));
  }
  return { count, lifetimes };
}

it("10,000 half-open connections leave logins under a second, and are gone within 15 seconds", async () => {
  const server = await startServer({ STORAGE: "memory", ...FREE_AND_CHEAP });
  const { email, password } = await registered(server.url);
  const { count, lifetimes } = await openHalf(server.url, CONNECTIONS);
  for (let time = 0; time < 5; time += 1) {
    const began = performance.now();
    expect((await call(server.url, "POST /api/login", { json: { email, password } })).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(1_000);
  }
  await expect.poll(() => lifetimes.length, { timeout: 20_000, interval: 200 }).toBe(count);
  expect(Math.max(...lifetimes)).toBeLessThan(15_000);
  expect((await call(server.url, "POST /api/login", { json: { email, password } })).status).toBe(200);
  await server.end();
}, 60_000);
