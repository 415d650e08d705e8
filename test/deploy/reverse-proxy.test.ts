import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { someone } from "../support/api.ts";
import { freePort } from "../support/free-port.ts";
import {
  FREE_AND_CHEAP,
  type ServerProcess,
  startServer,
  temporaryDirectory,
} from "../support/server-process.ts";
import { type Answer, ask, type Headers, makeCertificate, PROXIES, untilAnswered } from "./proxies.ts";

/** Runs the example configurations of both proxies before the service, with only names and ports changed. */

for (const { name, write, args } of PROXIES) {
  const isThere = spawnSync(name, [name === "nginx" ? "-v" : "version"]).error === undefined;
  if (!isThere) console.log(`Skipped: the service behind ${name}, for want of ${name} on the PATH.`);

  describe.runIf(isThere)(`the service behind ${name}`, () => {
    const place = temporaryDirectory();
    let server: ServerProcess;
    let proxy: ReturnType<typeof spawn>;
    let send: (method: string, path: string, headers?: Headers, body?: unknown) => Promise<Answer>;

    beforeAll(async () => {
      server = await startServer({ STORAGE: "memory", TRUST_PROXY_HOPS: "1", ...FREE_AND_CHEAP });
      makeCertificate(place.path);
      const port = await freePort();
      write({ directory: place.path, port, service: new URL(server.url).host });
      const env = { PATH: process.env.PATH, HOME: place.path, XDG_DATA_HOME: place.path };
      proxy = spawn(name, args(place.path), { cwd: place.path, env, stdio: ["ignore", "ignore", "inherit"] });
      const ca = readFileSync(join(place.path, "fullchain.pem"));
      send = (method, path, headers = {}, body = undefined) => ask({ ca, port, method, path, headers, body });
      await untilAnswered(() => send("GET", "/.well-known/jwks.json"));
    });
    afterAll(async () => {
      const ended = new Promise((resolve) => proxy.once("exit", resolve));
      proxy.kill();
      await ended;
      await server.end("SIGINT");
      place.remove();
    });

    it("knows the client's address from the proxy, not from what the client says of it", async () => {
      const person = someone();
      const forged = {
        "x-forwarded-for": "203.0.113.9",
        forwarded: "for=203.0.113.9",
        "x-real-ip": "203.0.113.9",
      };
      const { status, body } = await send("POST", "/api/register", forged, person);
      expect(status).toBe(201);
      const own = { authorization: `Bearer ${body.access_token}` };
      const listed = await send("GET", "/api/sessions", own);
      expect(listed.body.sessions.map(({ ip }: { ip: string }) => ip)).toEqual(["127.0.0.1"]);
    });

    it("gives each request an id that its answer and the service's log have", async () => {
      const { headers } = await send("GET", "/api/me", { "x-request-id": "the-clients-own" });
      const id = headers["x-request-id"] as string;
      expect(id).toMatch(/^[0-9a-f-]{32,36}$/);
      await expect.poll(() => server.output()).toContain(id);
    });

    it("leaves refusals to the service, of what is too large as well", async () => {
      const missing = await send("GET", "/api/me");
      expect([missing.status, missing.body.code]).toEqual([401, "missing_token"]);
      const large = await send(
        "POST",
        "/api/login",
        {},
        { email: "a@example.com", password: "x".repeat(20_000) },
      );
      expect([large.status, large.body.code]).toEqual([413, "body_too_large"]);
      const header = await send("GET", "/api/me", { "x-long": "x".repeat(20_000) });
      expect([header.status, header.body.code]).toEqual([431, "headers_too_large"]);
    });

    it("serves the operators' calls only on the service's own port", async () => {
      for (const path of ["/health/live", "/health/ready", "/version"]) {
        expect((await send("GET", path)).status, path).toBe(404);
        expect((await fetch(server.url + path)).status, path).toBe(200);
      }
    });

    it("tells browsers to come by TLS only", async () => {
      const { headers } = await send("GET", "/.well-known/jwks.json");
      expect(headers["strict-transport-security"]).toContain("max-age=31536000");
    });
  });
}
