import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { type ProxiedDatabase, proxiedDatabase } from "../support/mongo-proxy.ts";
import { FREE_AND_CHEAP, runToExit, type ServerProcess, startServer } from "../support/server-process.ts";
import { dropDatabase, mongoServer } from "../support/storage-mongodb.ts";

const SECRET_KEY = "a secret that all processes of a test have";

describe.skipIf(!mongoServer)("the service while MongoDB is away", () => {
  let database: ProxiedDatabase;
  let server: ServerProcess;
  beforeAll(async () => {
    database = await proxiedDatabase();
    server = await startServer({ MONGO_URI: database.proxied, SECRET_KEY, ...FREE_AND_CHEAP });
  });
  afterAll(async () => {
    await database.proxy.resume();
    expect(await server.end()).toBe(0);
    await database.proxy.close();
    await dropDatabase(database.direct);
  });

  it.each(["cut", "pause", "pauseAnswers"] as const)(
    "(%s) answers 503 within two seconds, never a wrong yes, and recovers by itself",
    async (outage) => {
      const person = await registered(server.url);
      const revoked = await registered(server.url);
      await call(server.url, "POST /api/logout", { token: revoked.access_token });
      const { email, password } = person;

      const everyCall = () =>
        [
          call(server.url, "GET /api/me", { token: person.access_token }),
          call(server.url, "GET /api/me", { token: revoked.access_token }),
          call(server.url, "GET /api/token/refresh", { token: person.refresh_token }),
          call(server.url, "GET /api/token/refresh", { token: revoked.refresh_token }),
          call(server.url, "POST /api/login", { json: { email, password } }),
          call(server.url, "POST /api/logout/access", { token: person.access_token }),
          call(server.url, "GET /api/sessions", { token: person.access_token }),
        ].map(async (answer) => {
          const began = performance.now();
          const { status, body, headers } = await answer;
          return {
            status,
            code: body.code,
            retryAfter: headers.get("retry-after"),
            ms: performance.now() - began,
          };
        });

      await database.proxy[outage]();
      for (let round = 0; round < 2; round += 1) {
        for (const answer of await Promise.all(everyCall())) {
          expect(answer).toMatchObject({ status: 503, code: "storage_unavailable", retryAfter: "1" });
          expect(answer.ms).toBeLessThan(2_000);
        }
      }
      const ready = await call(server.url, "GET /health/ready");
      expect([ready.status, ready.body.checks.storage]).toEqual([503, "failing"]);
      expect((await call(server.url, "GET /health/live")).status).toBe(200);
      // refusals that need no storage do not change
      expect((await call(server.url, "GET /api/me", { token: "a.b.c" })).status).toBe(401);

      await database.proxy.resume();
      const me = async () => (await call(server.url, "GET /api/me", { token: revoked.access_token })).status;
      await expect.poll(me, { timeout: 10_000 }).toBe(401);
      expect((await call(server.url, "GET /health/ready")).status).toBe(200);
      expect((await call(server.url, "POST /api/login", { json: { email, password } })).status).toBe(200);
      expect((await call(server.url, "GET /api/token/refresh", { token: person.refresh_token })).status).toBe(
        200,
      );
    },
  );
});

it("a server that is away at the start is waited for, then named, without its password, with status 1", async () => {
  const MONGO_URI = "mongodb://someone:opensesame@127.0.0.1:9/auth";
  const began = performance.now();
  const { status, output } = await runToExit({ MONGO_URI, SECRET_KEY });
  expect(status).toBe(1);
  expect(output).toContain("127.0.0.1:9");
  expect(output).toContain("Check MONGO_URI");
  expect(output).not.toMatch(/opensesame|someone/);
  expect(performance.now() - began).toBeGreaterThan(5_000);
});
