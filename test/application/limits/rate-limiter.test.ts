import { describe, expect, it } from "vitest";
import { makeRateLimiter } from "../../../src/application/limits/rate-limiter.ts";
import type { SecurityEvent } from "../../../src/application/ports/security-events.ts";
import { ada, makeCore, refusal, START } from "../../support/core.ts";

const byEmail = { email: ada.email, password: ada.password, client: ada.client };
const codes = (work: () => Promise<unknown>, times: number) =>
  Array.from({ length: times }).reduce<Promise<string[]>>(
    async (all) => [...(await all), await refusal(work())],
    Promise.resolve([]),
  );

describe("a rate limiter", () => {
  const at = (ms: number) => new Date(START.getTime() + ms);

  it("lets `attempts` pass in a window, tells how long to wait, and begins anew after it", () => {
    const reported: SecurityEvent[] = [];
    const events = { report: (event: SecurityEvent) => void reported.push(event) };
    const limiter = makeRateLimiter({ scope: "refresh", limit: { attempts: 2, windowMs: 60_000 }, events });
    limiter.admit("a", at(0));
    limiter.admit("a", at(1_000));
    limiter.admit("b", at(1_000));
    expect(() => limiter.admit("a", at(10_000))).toThrow(
      expect.objectContaining({ code: "too_many_attempts", retryAfter: 50 }),
    );
    expect(reported).toEqual([{ type: "attempt_throttled", scopes: ["refresh"] }]);
    limiter.admit("a", at(60_000));
  });

  it("counts a bounded number of subjects", () => {
    const events = { report: () => {} };
    const limiter = makeRateLimiter({
      scope: "x",
      limit: { attempts: 1, windowMs: 60_000 },
      events,
      capacity: 2,
    });
    for (const subject of ["a", "b", "c"]) limiter.admit(subject, at(0));
    // the oldest count is dropped
    limiter.admit("a", at(0));
    expect(() => limiter.admit("c", at(0))).toThrow();
  });
});

describe("what one account may take", () => {
  it("refreshes of one session are limited, those of another are not, and refused ones step nothing", async () => {
    const env = { LOGIN_THROTTLE: "on", THROTTLE_REFRESH: "3", REFRESH_ROTATION: "true" };
    const { register, login, refresh, sessions, clock } = await makeCore(undefined, env);
    const first = await register(ada);
    const other = await login(byEmail);
    let token = first.refreshToken;
    for (let times = 0; times < 3; times += 1) {
      token = ((await refresh(token)) as { refreshToken: string }).refreshToken;
    }
    const before = await sessions.list(undefined, 10);
    expect(await codes(() => refresh(token), 3)).toEqual(Array(3).fill("too_many_attempts"));
    expect(await sessions.list(undefined, 10)).toStrictEqual(before);
    await refresh(other.refreshToken);
    clock.advance(60_000);
    await refresh(token);
  });

  it("sessions that one account begins are limited; wrong passwords do not count", async () => {
    const env = { LOGIN_THROTTLE: "on", THROTTLE_SESSIONS: "2" };
    const { register, login, clock } = await makeCore(undefined, env);
    await register(ada);
    expect(await refusal(login({ ...byEmail, password: "wrong horse" }))).toBe("invalid_credentials");
    expect(await codes(() => login(byEmail), 3)).toEqual(["none", "none", "too_many_attempts"]);
    clock.advance(3_600_000);
    await login(byEmail);
  });
});

it("however many sessions end at once, they are counted right", async () => {
  const { register, sessions, logoutEverywhere, storage, clock } = await makeCore();
  const { accessToken } = await register(ada);
  const [own] = await storage.sessions.list(undefined, 1);
  if (own === undefined) throw new Error("no session");
  for (let index = 0; index < 2_345; index += 1) await sessions.add({ ...own, id: `s${index}` });
  clock.advance(1_000);
  expect(await logoutEverywhere(accessToken, "others")).toBe(2_345);
});
