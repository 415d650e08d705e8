import { describe, expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { FREE_AND_CHEAP, startServer } from "../support/server-process.ts";
import { sharedStorages } from "../support/storage-choices.ts";
import { startTwoServers } from "../support/two-servers.ts";

/** The limits reached here last an hour, so the duration of a test does not matter. */
const NEVER = "1000";
const ON = { LOGIN_THROTTLE: "on", THROTTLE_PAIR: NEVER, THROTTLE_ACCOUNT: "5", THROTTLE_NETWORK: NEVER };

describe.each(sharedStorages)("limits on $name", (storage) => {
  it("hold across two processes for 200 wrong logins at once, and across restarts", async () => {
    const servers = await startTwoServers(storage, ON);
    const { email, password, access_token: token } = await registered(servers.urls[0]);
    const wrong = { email, password: "wrong horse" };
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        call(servers.urls[index % 2] as string, "POST /api/login", { json: wrong }),
      ),
    );
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    // an overloaded storage may fail some calls: these may count or not, but none may succeed
    const unanswered = count(503);
    if (unanswered === 0) expect([count(401), count(429)]).toEqual([5, 195]);
    expect(count(401) + count(429) + unanswered).toBe(200);
    let looked = count(401);
    let refused = answers.find(({ status }) => status === 429);
    for (let more = 0; refused === undefined || more < 6; more += 1) {
      const answer = await call(servers.urls[more % 2] as string, "POST /api/login", { json: wrong });
      if (answer.status === 401) looked += 1;
      else refused = answer;
    }
    expect(looked).toBeLessThanOrEqual(5);
    expect(refused?.body.code).toBe("too_many_attempts");
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(1_000);

    // changing the headers about its address does not help the client
    const headers = { "x-forwarded-for": "203.0.113.7" };
    expect((await call(servers.urls[1], "POST /api/login", { json: wrong, headers })).status).toBe(429);

    const restarted = await startServer({ ...servers.env, ...ON });
    expect((await call(restarted.url, "POST /api/login", { json: { email, password } })).status).toBe(429);
    // the token identifies the owner's device
    const known = await call(restarted.url, "POST /api/login", { json: { email, password }, token });
    expect(known.status).toBe(200);
    const nonsense = await call(restarted.url, "POST /api/login", {
      json: { email, password },
      token: "nonsense",
    });
    expect(nonsense.status).toBe(429);
    await restarted.end();
    await servers.end();
  }, 120_000);
});

it("a proxy in front, if trusted, says which client it is", async () => {
  const limits = { ...ON, THROTTLE_ACCOUNT: NEVER, THROTTLE_NETWORK: "5" };
  const server = await startServer({
    STORAGE: "memory",
    ...FREE_AND_CHEAP,
    ...limits,
    TRUST_PROXY_HOPS: "1",
  });
  const { email } = await registered(server.url);
  const attempt = async (forwarded: string) => {
    const headers = { "x-forwarded-for": forwarded };
    return (await call(server.url, "POST /api/login", { json: { email, password: "wrong horse" }, headers }))
      .status;
  };
  for (let time = 0; time < 5; time += 1) expect(await attempt(`198.51.100.${time}, 203.0.113.7`)).toBe(401);
  expect(await attempt("198.51.100.99, 203.0.113.7")).toBe(429);
  expect(await attempt("203.0.113.8")).toBe(401);
  await server.end();
}, 120_000);
