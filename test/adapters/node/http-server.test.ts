import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import {
  type HttpLimits,
  type HttpServer,
  listen,
  type Unreadable,
} from "../../../src/adapters/node/http-server.ts";
import { sendRaw } from "../../support/raw-http.ts";

let server: HttpServer | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close(0);
});

const refusal = (fault: Unreadable) => ({ status: 400, headers: {}, body: fault });

async function serve(handle: RequestListener, limits: Partial<HttpLimits> = {}): Promise<string> {
  server = await listen({ host: "127.0.0.1", port: 0, handle, refusal, limits });
  return server.address;
}

async function open(url: string, allowHalfOpen = false): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen });
  sockets.push(socket);
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
const LAST = "Connection: close\r\n";
const isClosed = (socket: Socket) => new Promise((resolve) => socket.once("close", () => resolve(true)));
const bodiesOf = (answers: string) =>
  answers.split(/HTTP\/1\.1 \d{3} /).flatMap((answer) => answer.split("\r\n\r\n")[1] ?? []);

describe("requests that are pipelined", () => {
  it("are answered in order, and one only is worked on at a time", async () => {
    let working = 0;
    const most: number[] = [];
    const url = await serve(async (request, response) => {
      working += 1;
      most.push(working);
      await setTimeout(request.url === "/0" ? 30 : 0);
      working -= 1;
      response.setHeader("Content-Length", String(request.url?.length));
      response.end(request.url);
    });
    const paths = Array.from({ length: 50 }, (_, index) => `/${index}`);
    const answers = await sendRaw(url, paths.map((path) => get(path)).join("") + get("/last", LAST));
    expect(bodiesOf(answers)).toEqual([...paths, "/last"]);
    expect(Math.max(...most)).toBe(1);
  });

  it("close the connection where more than a hundred wait", async () => {
    let worked = 0;
    const url = await serve(() => {
      worked += 1;
    });
    const many = await open(url);
    many.write(get("/").repeat(101));
    const more = await open(url);
    const closed = isClosed(more.resume());
    more.write(get("/").repeat(1_000));
    expect(await closed).toBe(true);
    expect([worked, many.destroyed]).toEqual([2, false]);
  });

  it("close the connection where ten thousand of all connections wait, and others are answered", async () => {
    const url = await serve((request, response) => {
      if (request.url === "/now") response.end("answered");
    });
    const greedy = await Promise.all(Array.from({ length: 101 }, () => open(url)));
    let closed = 0;
    for (const socket of greedy) {
      socket.resume().on("close", () => {
        closed += 1;
      });
      socket.write(get("/").repeat(101));
    }
    await expect.poll(() => closed, { timeout: 10_000 }).toBe(1);
    expect(bodiesOf(await sendRaw(url, get("/now", LAST)))).toEqual(["answered"]);
    // requests that wait are dropped with their connection
    for (const socket of greedy) socket.destroy();
    const both = async () => bodiesOf(await sendRaw(url, get("/now") + get("/now", LAST)));
    await expect.poll(both).toHaveLength(2);
  });

  it("are not even parsed after the one that closed the connection", async () => {
    let parsed = 0;
    const count = () => {
      parsed += 1;
    };
    const url = await serve(() => {});
    const socket = await open(url);
    const closed = isClosed(socket.resume());
    subscribe("http.server.request.start", count);
    socket.write(get("/").repeat(1_000));
    await closed;
    unsubscribe("http.server.request.start", count);
    // the one being answered, the hundred that wait, and one more
    expect(parsed).toBe(102);
  });

  it("leave other connections their turn", async () => {
    const order: string[] = [];
    const url = await serve((request, response) => {
      order.push(request.url ?? "");
      response.end("x");
    });
    const [greedy, other] = [await open(url), await open(url)];
    const answered = once(other, "data");
    greedy.resume().write(get("/greedy").repeat(100));
    other.write(get("/other"));
    await answered;
    expect(order.indexOf("/other")).toBeLessThan(50);
  });

  it("with something that is not HTTP after them get their answers first", async () => {
    const url = await serve(async (request, response) => {
      await setTimeout(30);
      response.end(request.url);
    });
    const answers = await sendRaw(url, `${get("/one")}${get("/two")}no HTTP\r\n\r\n`);
    expect(answers.match(/\/one|\/two|malformed_request/g)).toEqual(["/one", "/two", "malformed_request"]);
  });

  it("before one with an unreadable body get their answers, and that one a refusal", async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve(async (request, response) => {
      seen.push(request.url);
      await setTimeout(30);
      response.end(request.url);
    });
    const broken = "POST /two HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
    const answers = await sendRaw(url, get("/one") + broken);
    expect(answers.match(/\/one|malformed_request/g)).toEqual(["/one", "malformed_request"]);
    expect(seen).toEqual(["/one"]);
  });

  it("are not answered once more where a body breaks off after its answer", async () => {
    const url = await serve((_, response) => void response.end("early"));
    const socket = await open(url);
    const closed = isClosed(socket);
    let answers = "";
    socket.on("data", (chunk) => {
      answers += chunk;
    });
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    await expect.poll(() => answers).toContain("early");
    socket.write("zz\r\n");
    await closed;
    expect(answers).not.toContain("malformed_request");
  });
});

/** More than the buffers of both systems hold for a connection. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, " ");

describe("a client", () => {
  it("that reads nothing of its answer is disconnected", async () => {
    let ended = false;
    const url = await serve(
      (request, response) => {
        request.socket.once("close", () => {
          ended = true;
        });
        response.end(LARGE);
      },
      { stalledMs: 100 },
    );
    const socket = await open(url);
    socket.pause();
    socket.write(get("/"));
    await expect.poll(() => ended, { timeout: 5_000 }).toBe(true);
  });

  it("that reads it slowly gets all of it, however long that takes", async () => {
    const stalledMs = 300;
    const url = await serve((_, response) => void response.end(LARGE), { stalledMs });
    const socket = await open(url);
    let taken = 0;
    const began = performance.now();
    socket.write(get("/", LAST));
    for await (const chunk of socket) {
      taken += chunk.length;
      await setTimeout(1);
    }
    expect(taken).toBeGreaterThan(LARGE.length);
    // otherwise the test proves nothing
    expect(performance.now() - began).toBeGreaterThan(stalledMs);
  });

  it("that waits for an answer long in the making is not cut off", async () => {
    const url = await serve(
      async (_, response) => {
        await setTimeout(500);
        response.end("made");
      },
      { stalledMs: 50, idleMs: 50 },
    );
    expect(bodiesOf(await sendRaw(url, get("/", LAST)))).toEqual(["made"]);
  });

  it("that sends what is not HTTP and then holds its end open is cut off", async () => {
    const url = await serve(() => {});
    const socket = await open(url, true);
    const closed = isClosed(socket.resume());
    socket.write("no HTTP\r\n\r\n");
    const sending = setInterval(() => socket.writable && socket.write("x"), 50);
    await closed;
    clearInterval(sending);
  });

  it.each([
    "Upgrade: websocket\r\nConnection: upgrade\r\n",
    "Upgrade: h2c\r\nConnection: upgrade, HTTP2-Settings\r\n",
  ])("that asks for another protocol by %j is answered by this one", async (headers) => {
    const url = await serve((_, response) => void response.end("answered"));
    const socket = await open(url);
    for (const more of [headers, headers, ""]) {
      socket.write(get("/", more));
      const [answer] = await once(socket, "data");
      expect(bodiesOf(String(answer))).toEqual(["answered"]);
    }
  });

  it("that asks for a tunnel is cut off", async () => {
    const url = await serve((_, response) => void response.end("answered"));
    const request = "CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n";
    expect(await sendRaw(url, request)).toBe("");
  });

  it("with an unknown expectation is answered as if it had none", async () => {
    const url = await serve((_, response) => void response.end("answered"));
    const answers = await sendRaw(url, get("/", `Expect: 200-maybe\r\n${LAST}`));
    expect([answers.slice(0, 12), bodiesOf(answers)]).toEqual(["HTTP/1.1 200", ["answered"]]);
  });
});

describe("a connection between two requests", () => {
  const answerAll: RequestListener = (_, response) => void response.end("x");
  const answered = async (socket: Socket) => {
    socket.write(get("/"));
    await once(socket, "data");
  };

  it("stays as long as it is said to, then it is closed", async () => {
    const url = await serve(answerAll, { idleMs: 1_000, stalledMs: 50 });
    const socket = await open(url);
    await answered(socket);
    await setTimeout(500);
    await answered(socket);
    await isClosed(socket.resume());
  });

  it("is not closed before common proxies close it, and says so", async () => {
    const url = await serve(answerAll);
    const socket = await open(url);
    socket.write(get("/"));
    const [answer] = await once(socket, "data");
    const [, seconds] = /\r\nKeep-Alive: timeout=(\d+)\r\n/i.exec(String(answer)) ?? [];
    // Caddy's 120 s are the longest of nginx, HAProxy, Traefik, Caddy and the load balancers of the large clouds
    expect(Number(seconds)).toBeGreaterThan(120);
  });

  it("is closed at once when the service stops", async () => {
    const url = await serve(answerAll);
    const socket = await open(url);
    await answered(socket);
    const closed = isClosed(socket.resume());
    await server?.close(60_000);
    await closed;
  });

  it("makes room where no other connection could be had", async () => {
    const url = await serve(answerAll, { connections: 2 });
    const [first, second] = [await open(url), await open(url)];
    await answered(first);
    await answered(second);
    const closed = isClosed(first);
    const turnedAway = await open(url);
    await Promise.all([closed, isClosed(turnedAway.resume())]);
    expect(bodiesOf(await sendRaw(url, get("/", LAST)))).toHaveLength(1);
    await answered(second);
  });
});
