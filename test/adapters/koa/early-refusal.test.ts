import { connect } from "node:net";
import { afterEach, expect, it } from "vitest";
import { argon2Driver } from "../../../src/adapters/argon2/argon2-driver.ts";
import { openArgon2Hasher } from "../../../src/adapters/argon2/password-hasher.ts";
import { makeHttpApp } from "../../../src/adapters/koa/app.ts";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import type { HttpServer } from "../../../src/adapters/node/http-server.ts";
import { type GatedHasher, gateHasher } from "../../../src/application/limits/hashing-gate.ts";
import { call, registered, someone } from "../../support/api.ts";
import { makeCore, testClock, turn } from "../../support/core.ts";
import { HTTP_OPTIONS } from "../../support/http-options.ts";
import { listenWith } from "../../support/listen.ts";
import { sendRaw } from "../../support/raw-http.ts";

let server: HttpServer | undefined;
afterEach(() => server?.close(0));

const HELD = "a password whose hash is never made";

/** The calls over HTTP with a gate of one place, a queue of a given length, and a registered user. */
async function serviceWith(queue: number) {
  const cheap = await openArgon2Hasher(argon2Driver, { memoryKib: 64, passes: 1, lanes: 1 });
  let freePlace = () => {};
  const held = new Promise<string>((resolve) => {
    freePlace = () => resolve("");
  });
  const gated = gateHasher(
    { ...cheap, hash: (password) => (password === HELD ? held : cheap.hash(password)) },
    { concurrency: 1, queue, deadlineMs: 60_000 },
    () => performance.now(),
  );
  let tellOfLogin = () => {};
  const loginIsWaiting = new Promise<void>((resolve) => {
    tellOfLogin = resolve;
  });
  const hasher: GatedHasher = {
    ...gated,
    verify(...asked) {
      tellOfLogin();
      return gated.verify(...asked);
    },
  };
  const shared = { storage: openMemoryStorage(), clock: testClock(new Date()) };
  const { core } = await makeCore(() => ({ hasher }), {}, shared);
  const app = makeHttpApp(core, { ...HTTP_OPTIONS, readiness: core.checkHealth });
  server = await listenWith(app);
  const url = server.address;
  const person = await registered(url);
  return { url, person, hasher, loginIsWaiting, freePlace, takePlace: () => void hasher.hash(HELD, turn) };
}

function post(path: string, body: object, type = "application/json") {
  const text = JSON.stringify(body);
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${text.length}\r\n\r\n`;
  return { head, text };
}

const getMe = (token: string) =>
  `GET /api/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`;

const statusesOf = (answers: string) =>
  [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);

/** Sends the first part, and the second after an answer. Resolves to everything received. */
function sendInTwo(url: string, first: string, second: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(first));
    let answers = "";
    socket.setEncoding("utf8");
    socket.once("data", () => socket.write(second));
    socket.on("data", (chunk) => {
      answers += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answers));
  });
}

it.each(["/api/login", "/api/register"])("%s is refused before its body has come", async (path) => {
  const { url, person, takePlace } = await serviceWith(0);
  takePlace();
  const { head, text } = post(path, path === "/api/login" ? credentialsOf(person) : someone());
  const answers = await sendInTwo(url, head, text + getMe(person.access_token));
  expect(statusesOf(answers)).toEqual(["503", "200"]);
  expect(answers).toContain('"code":"overloaded"');
  expect(answers).toMatch(/^retry-after: [1-9]\d*\r$/im);
  expect(answers).toContain(`"username":"${person.username}"`);
});

it("requests after a refused body in the same packet are answered correctly", async () => {
  const { url, person, takePlace } = await serviceWith(0);
  takePlace();
  const { head, text } = post("/api/login", credentialsOf(person));
  const answers = await sendRaw(url, head + text + head + text + getMe(person.access_token));
  expect(statusesOf(answers)).toEqual(["503", "503", "200"]);
  expect(answers).toContain(`"username":"${person.username}"`);
});

it("a body larger than any may be does not lose the connection when it is refused unread", async () => {
  const { url, person, takePlace } = await serviceWith(0);
  takePlace();
  const { head, text } = post("/api/login", { password: "x".repeat(1_000_000) });
  const answers = await sendInTwo(url, head, text + getMe(person.access_token));
  expect(statusesOf(answers)).toEqual(["503", "200"]);
});

it("an unreadable body is refused as such as long as there is a place", async () => {
  const { url, takePlace } = await serviceWith(0);
  const bad = () => call(url, "POST /api/login", { json: {}, headers: { "content-type": "text/plain" } });
  expect((await bad()).status).toBe(415);
  takePlace();
  expect((await bad()).status).toBe(503);
});

it("newcomers are refused at their quarter of the queue, where somebody known still waits for a place", async () => {
  const { url, person, hasher, loginIsWaiting, takePlace, freePlace } = await serviceWith(4);
  takePlace();
  const newcomer = hasher.hash("a newcomer's password", { ...turn, isNewcomer: true });
  const refused = await call(url, "POST /api/register", { json: someone() });
  expect([refused.status, refused.body.code]).toEqual([503, "overloaded"]);
  const login = call(url, "POST /api/login", { json: credentialsOf(person) });
  await Promise.race([loginIsWaiting, login]);
  freePlace();
  await newcomer;
  expect((await login).status).toBe(200);
  expect((await call(url, "POST /api/register", { json: someone() })).status).toBe(201);
});

function credentialsOf({ email, password }: { email: string; password: string }) {
  return { email, password };
}
