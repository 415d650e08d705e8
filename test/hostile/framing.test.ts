import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { call, someone } from "../support/api.ts";
import { sendRaw } from "../support/raw-http.ts";
import { canStillRegister, expectHarmless, expectVerdict, MARKER, serviceUnderFire } from "./support.ts";

const HEAD = "POST /api/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
type Person = ReturnType<typeof someone>;

const url = await serviceUnderFire();
let slow: { person: Person; answer: Promise<string>; began: number }[];
beforeAll(() => {
  // these wait for the server, so they run concurrently
  slow = ["chunked", "sized", "headers"].map((kind) => startDripping(kind, someone()));
});

function startDripping(kind: string, person: Person) {
  const body = JSON.stringify(person);
  const parts: Record<string, [string, (letter: string) => string]> = {
    chunked: [`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, (letter) => `1\r\n${letter}\r\n`],
    sized: [`${HEAD}Content-Length: ${body.length}\r\n\r\n`, (letter) => letter],
    headers: [`${HEAD}X-${MARKER}: `, (letter) => letter],
  };
  const [head, frame] = parts[kind] as [string, (letter: string) => string];
  return { person, began: Date.now(), answer: drip(head, [...body].map(frame)) };
}

/** Sends the first part at once and the others one a second, until the server closes. */
async function drip(first: string, rest: string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const closed = once(socket, "close");
  let answer = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  socket.on("error", () => {});
  socket.write(first);
  const timer = setInterval(() => socket.write(rest.shift() ?? ""), 1_000);
  await closed;
  clearInterval(timer);
  return answer;
}

/** The first answer that came over a raw connection. */
function firstAnswer(text: string) {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
  expectHarmless(text, status);
  return { status, text };
}

const register = (person: Person, frame: (body: string) => string) =>
  sendRaw(url, HEAD + frame(JSON.stringify({ ...person, more: MARKER })));
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

describe("lengths that contradict", () => {
  it.each<[string, (body: string) => string]>([
    [
      "both",
      (body) => `Content-Length: ${body.length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(body)}0\r\n\r\n`,
    ],
    [
      "both, the other way round",
      (body) => `Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${chunk(body)}0\r\n\r\n`,
    ],
    ["two lengths", (body) => `Content-Length: ${body.length}\r\nContent-Length: 3\r\n\r\n${body}`],
    [
      "the same twice",
      (body) => `Content-Length: ${body.length}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    ],
    ["a list", (body) => `Content-Length: ${body.length}, 3\r\n\r\n${body}`],
    ["a sign", (body) => `Content-Length: +${body.length}\r\n\r\n${body}`],
    ["below nothing", (body) => `Content-Length: -1\r\n\r\n${body}`],
    ["hexadecimal", (body) => `Content-Length: 0x${body.length.toString(16)}\r\n\r\n${body}`],
    ["beyond 64 bits", (body) => `Content-Length: 18446744073709551617\r\n\r\n${body}`],
    ["a space before the colon", (body) => `Content-Length : ${body.length}\r\n\r\n${body}`],
    ["an unknown coding", (body) => `Transfer-Encoding: ${MARKER}\r\n\r\n${body}`],
    [
      "a coding after chunked",
      (body) => `Transfer-Encoding: chunked, identity\r\n\r\n${chunk(body)}0\r\n\r\n`,
    ],
    ["a chunk size that is none", (body) => `Transfer-Encoding: chunked\r\n\r\n${MARKER}\r\n${body}`],
    ["a chunk beyond 64 bits", (body) => `Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${body}`],
    ["a chunk longer than its size", (body) => `Transfer-Encoding: chunked\r\n\r\n5\r\n${body}\r\n0\r\n\r\n`],
    ["a folded header", (body) => `X-A: b\r\n c\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
    ["a bare LF", (body) => `X-A: b\nContent-Length: ${body.length}\r\n\r\n${body}`],
    ["NUL in a header", (body) => `X-A: b\0c\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
  ])("%s: 400", async (_, frame) => {
    const person = someone();
    expectVerdict(firstAnswer(await register(person, frame)), "B");
    await canStillRegister(url, person);
  });

  it("hide no second request", async () => {
    const hidden = `GET /api/me HTTP/1.1\r\nHost: x\r\n\r\n`;
    for (const lengths of [
      `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    ]) {
      const answer = await sendRaw(url, HEAD + lengths);
      expect(answer.match(/HTTP\/1\.1 \d{3}/g)).toEqual(["HTTP/1.1 400"]);
    }
  });
});

it.each<[string, string]>([
  ["no HTTP", `${MARKER}\r\n\r\n`],
  ["a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  ["an unknown method", `${MARKER} /api/me HTTP/1.1\r\nHost: x\r\n\r\n`],
  ["a version to come", "GET /api/me HTTP/9.9\r\nHost: x\r\n\r\n"],
  ["no host", "GET /api/me HTTP/1.1\r\nConnection: close\r\n\r\n"],
  ["a line end in the path", `GET /api/me\r\n${MARKER} HTTP/1.1\r\nHost: x\r\n\r\n`],
])("%s: 400", async (_, bytes) => {
  expect(firstAnswer(await sendRaw(url, bytes)).status).toBe(400);
});

describe("a client that goes mid-body", () => {
  it.each<[string, (body: string) => string]>([
    ["one byte short", (body) => `Content-Length: ${body.length}\r\n\r\n${body.slice(0, -1)}`],
    ["whole JSON, more announced", (body) => `Content-Length: ${body.length + 1}\r\n\r\n${body}`],
    ["whole JSON, chunked without an end", (body) => `Transfer-Encoding: chunked\r\n\r\n${chunk(body)}`],
  ])("%s: no account", async (_, frame) => {
    const { hostname, port } = new URL(url);
    for (const leave of ["destroy", "resetAndDestroy", "end"] as const) {
      const person = someone();
      const socket = connect(Number(port), hostname);
      socket.on("error", () => {});
      socket.write(HEAD + frame(JSON.stringify(person)));
      await setTimeout(30);
      socket[leave]();
      await setTimeout(50);
      const { email, password } = person;
      const login = await call(url, "POST /api/login", { json: { email, password } });
      expect([login.status, login.body.code]).toEqual([401, "invalid_credentials"]);
      await canStillRegister(url, person);
      socket.destroy();
    }
  });
});

describe("one byte a second", () => {
  it.each(["a chunked body without an end", "a body of a length", "headers"])(
    "of %s: 408 within 15 s",
    async (kind) => {
      const place = kind === "headers" ? 2 : kind.includes("chunked") ? 0 : 1;
      const { answer, person, began } = slow[place] as (typeof slow)[number];
      expect(firstAnswer(await answer)).toEqual({
        status: 408,
        text: expect.stringContaining('"request_timeout"'),
      });
      expect(Date.now() - began).toBeLessThan(15_000);
      await canStillRegister(url, person);
    },
  );
});
