import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, registered, someone } from "../support/api.ts";
import { freePort } from "../support/free-port.ts";
import { read } from "../support/project.ts";
import {
  FREE_AND_CHEAP,
  type ServerProcess,
  startServer,
  temporaryDirectory,
} from "../support/server-process.ts";
import {
  type Answer,
  adapted,
  ask,
  type Headers,
  HOST,
  makeCertificate,
  nginxArgs,
  untilAnswered,
  writeNginxSite,
} from "./proxies.ts";

/** Runs the example configuration before the service and an API, with only names and ports changed. */

const isThere = spawnSync("nginx", ["-v"]).error === undefined;
if (!isThere) console.log("Skipped: an API behind nginx's auth_request, for want of nginx on the PATH.");

describe.runIf(isThere)("an API behind nginx's auth_request", () => {
  const place = temporaryDirectory();
  /** The requests received by the API. */
  const seen: { headers: IncomingHttpHeaders; text: string }[] = [];
  let apiStatus = 200;
  let api: Server;
  let service: ServerProcess;
  let nginx: ReturnType<typeof spawn>;
  let send: (method: string, path: string, headers?: Headers, body?: unknown) => Promise<Answer>;

  const listen = (server: Server, port: number) =>
    new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));

  beforeAll(async () => {
    const [port, apiPort, servicePort] = [await freePort(), await freePort(), await freePort()];
    service = await startServer({ STORAGE: "memory", PORT: String(servicePort), ...FREE_AND_CHEAP });
    api = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      seen.push({ headers: request.headers, text });
      response.writeHead(apiStatus, { "content-type": "application/json" }).end('{"course":"analysis"}');
    });
    await listen(api, apiPort);
    makeCertificate(place.path);
    const site = adapted(read("deploy/nginx-auth-request.conf"), [
      ["listen 443 ssl", `listen 127.0.0.1:${port} ssl`],
      ["/etc/ssl/api.example.org", place.path],
      ["api.example.org", HOST],
      ["127.0.0.1:5000", `127.0.0.1:${servicePort}`],
      ["127.0.0.1:3001", `127.0.0.1:${apiPort}`],
    ]);
    writeNginxSite(place.path, site);
    nginx = spawn("nginx", nginxArgs(place.path), { stdio: ["ignore", "ignore", "inherit"] });
    const ca = readFileSync(join(place.path, "fullchain.pem"));
    send = (method, path, headers = {}, body = undefined) => ask({ ca, port, method, path, headers, body });
    await untilAnswered(() => send("GET", "/"));
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => nginx.once("exit", resolve));
    nginx.kill();
    await ended;
    await new Promise((resolve) => api.close(resolve));
    place.remove();
  });

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it.each(["plain", "Jürgen Groß", "Ольга", "名前", "a-b_c.d"])(
    "gets the user of a request, by a name such as %s",
    async (name) => {
      const { email, password } = someone();
      const person = { username: `${name} ${Date.now() % 10_000}`, email, password };
      const { status, body } = await call(service.url, "POST /api/register", { json: person });
      expect(status).toBe(201);
      const me = await call(service.url, "GET /api/me", { token: body.access_token });
      const answer = await send("POST", "/courses?x=1", bearer(body.access_token), { course: "analysis" });
      expect([answer.status, answer.body]).toEqual([200, { course: "analysis" }]);
      const { headers, text } = seen.at(-1) ?? { headers: {}, text: "" };
      expect(headers["x-auth-user-id"]).toBe(me.body.id);
      expect(headers["x-auth-username"]).toMatch(/^[!-~]+$/);
      expect(decodeURIComponent(String(headers["x-auth-username"]))).toBe(me.body.username);
      expect([headers.authorization, JSON.parse(text)]).toEqual([undefined, { course: "analysis" }]);
    },
  );

  it("gets no identity header from a client", async () => {
    const person = await registered(service.url);
    const forged = { "x-auth-user-id": "1", "x-auth-username": "admin", X_Auth_Username: "admin" };
    expect((await send("GET", "/", { ...forged, ...bearer(person.access_token) })).status).toBe(200);
    const headers = seen.at(-1)?.headers ?? {};
    expect(headers["x-auth-username"]).toBe(person.username);
    expect(JSON.stringify(headers)).not.toContain("admin");
    const before = seen.length;
    expect((await send("GET", "/", forged)).status).toBe(401);
    expect((await send("GET", "/_auth", bearer(person.access_token))).status).toBe(404);
    expect(seen.length).toBe(before);
  });

  it("gets no request without a valid token, and the client learns the reason", async () => {
    const person = await registered(service.url);
    await call(service.url, "POST /api/logout", { token: person.access_token });
    const before = seen.length;
    for (const [headers, challenge] of [
      [{}, "Bearer"],
      [bearer("nonsense"), 'Bearer error="invalid_token"'],
      [bearer(person.access_token), 'Bearer error="invalid_token"'],
      [bearer(person.refresh_token), 'Bearer error="invalid_token"'],
    ] as const) {
      const answer = await send("GET", "/courses", headers);
      expect([answer.status, answer.headers["www-authenticate"]]).toEqual([401, challenge]);
    }
    expect(seen.length).toBe(before);
  });

  it.each([500, 503])("answers its own %d as it is", async (status) => {
    const person = await registered(service.url);
    apiStatus = status;
    const answer = await send("GET", "/", bearer(person.access_token));
    apiStatus = 200;
    expect([answer.status, answer.body]).toEqual([status, { course: "analysis" }]);
  });

  it("is not reached while the service is away or cannot tell: 503, not 401 and not 500", async () => {
    const person = await registered(service.url);
    const { port } = new URL(service.url);
    await service.end("SIGINT");
    const before = seen.length;
    const unavailable = async () => {
      const { status, headers, body } = await send("GET", "/", bearer(person.access_token));
      expect([status, headers["retry-after"], body]).toEqual([503, "1", { code: "auth_unavailable" }]);
    };
    await unavailable();
    const overloaded = createServer((_, response) => response.writeHead(503).end());
    await listen(overloaded, Number(port));
    await unavailable();
    overloaded.closeAllConnections();
    await new Promise((resolve) => overloaded.close(resolve));
    expect(seen.length).toBe(before);
  });
});
