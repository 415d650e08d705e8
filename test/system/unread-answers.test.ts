import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { FREE_AND_CHEAP, type ServerProcess, startServer } from "../support/server-process.ts";

const CONNECTIONS = 1_000;
const BUNDLE = "/docs/swagger-ui-bundle.js";
const MOST_MB = 1_024;

let server: ServerProcess;
let sockets: Socket[];
beforeEach(async () => {
  server = await startServer({ STORAGE: "memory", ...FREE_AND_CHEAP, LOG_LEVEL: "warn" });
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server.end("SIGKILL");
});

/** The peak resident memory of the process. */
function mostMegabytes(): number {
  const status = readFileSync(`/proc/${server.child.pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}

/** The number of open sockets of the process. */
function openSockets(): number {
  const directory = `/proc/${server.child.pid}/fd`;
  return readdirSync(directory).filter((name) => {
    try {
      return readlinkSync(`${directory}/${name}`).startsWith("socket:");
    } catch {
      // closed meanwhile
      return false;
    }
  }).length;
}

/** Pipelined requests of a connection: for large and small answers, within the limit of waiting ones and above. */
const FLOODS = [
  { path: BUNDLE, requests: 1_000 },
  { path: BUNDLE, requests: 100 },
  { path: "/api/me", requests: 1_000 },
  { path: "/openapi.json", requests: 100 },
].map(({ path, requests }) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(requests));

/** Opens connections that send such a flood and read no answer. */
async function floodWithoutReading(): Promise<void> {
  const { hostname, port } = new URL(server.url);
  for (let opened = 0; opened < CONNECTIONS; opened += 1) {
    const socket = connect(Number(port), hostname);
    // closed by the server while it still sends
    socket.on("error", () => {});
    socket.pause().write(FLOODS[opened % FLOODS.length] as string);
    sockets.push(socket);
    if (opened % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Expects that other calls are answered while connections are closed. */
async function expectOthersAreServed(token: string): Promise<void> {
  expect((await call(server.url, "GET /api/me", { token })).status).toBe(200);
  const bundle = await fetch(server.url + BUNDLE);
  expect((await bundle.arrayBuffer()).byteLength).toBeGreaterThan(1_000_000);
}

it(`${CONNECTIONS} connections that read no answer take less than 1 GB, are cut off, and others are served`, async () => {
  const { access_token: token } = await registered(server.url);
  const before = openSockets();
  await floodWithoutReading();
  await expectOthersAreServed(token);
  // some sockets are those of the test itself
  await expect.poll(openSockets, { timeout: 60_000, interval: 500 }).toBeLessThan(before + 10);
  await expectOthersAreServed(token);
  expect(mostMegabytes()).toBeLessThan(MOST_MB);
}, 120_000);
