import { execFileSync } from "node:child_process";
import { connect, type Socket } from "node:net";
import { expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { FREE_AND_CHEAP, startServer } from "../support/server-process.ts";

/** As many as asked for, or as many as this process may have open. */
const MOST = 10_000;
const OPEN_FILES =
  Number(execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" })) || Number.POSITIVE_INFINITY;
const CONNECTIONS = Math.min(MOST, OPEN_FILES - 200);
if (CONNECTIONS < MOST) console.log(`Only ${CONNECTIONS} half-open connections: ulimit -n is ${OPEN_FILES}`);

/** Connections of clients that stop in the middle: before the first byte, in the headers, in the body. */
async function openHalf(url: string, count: number): Promise<Socket[]> {
  const { hostname, port } = new URL(url);
  const head =
    "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n";
  const beginnings = ["", head, `${head}\r\n{"email"`];
  const open = (index: number) =>
    new Promise<Socket>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(beginnings[index % beginnings.length] as string);
        resolve(socket);
      });
      // the server will cut it off
      socket.on("error", reject);
    });
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const batch = Math.min(200, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: batch }, (_, index) => open(index)))));
  }
  return sockets;
}

it("10,000 half-open connections leave logins under a second, and are gone within 15 seconds", async () => {
  const server = await startServer({ STORAGE: "memory", ...FREE_AND_CHEAP });
  const { email, password } = await registered(server.url);
  const sockets = await openHalf(server.url, CONNECTIONS);
  const opened = Date.now();
  let closed = 0;
  for (const socket of sockets) {
    socket.resume();
    socket.on("close", () => {
      closed += 1;
    });
  }
  for (let time = 0; time < 5; time += 1) {
    const began = performance.now();
    expect((await call(server.url, "POST /api/login", { json: { email, password } })).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(1_000);
  }
  await expect.poll(() => closed, { timeout: 16_000, interval: 200 }).toBe(sockets.length);
  expect(Date.now() - opened).toBeLessThan(15_000);
  expect((await call(server.url, "POST /api/login", { json: { email, password } })).status).toBe(200);
  await server.end();
}, 60_000);
