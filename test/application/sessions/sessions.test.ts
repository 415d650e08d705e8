import { describe, expect, it } from "vitest";
import type { SessionGrant } from "../../../src/application/sessions/session-grant.ts";
import { ada, client, DAY_MS, makeCore, refusal } from "../../support/core.ts";

const byEmail = { email: ada.email, password: ada.password, client };
const ROTATION = { REFRESH_ROTATION: "true" };

describe("refreshing with rotation", () => {
  it("gives the next token, and the same one again within the grace", async () => {
    const { register, refresh, clock } = await makeCore(undefined, ROTATION);
    const first = await register(ada);
    clock.advance(60_000);
    const next = (await refresh(first.refreshToken)) as SessionGrant;
    expect(next.refreshToken).not.toBe(first.refreshToken);
    clock.advance(10_000);
    const again = (await refresh(first.refreshToken)) as SessionGrant;
    expect(again.refreshToken).toBe(next.refreshToken);
    expect(again.accessToken).not.toBe(next.accessToken);
  });

  it("gives 20 at once one and the same next token", async () => {
    const core = await makeCore(undefined, ROTATION);
    const { refreshToken } = await core.register(ada);
    const grants = await Promise.all(Array.from({ length: 20 }, () => core.refresh(refreshToken)));
    expect(new Set(grants.map((grant) => (grant as SessionGrant).refreshToken)).size).toBe(1);
  });

  it("ends the session for a token after its grace, and no other session", async () => {
    const { register, login, refresh, me, clock, reported } = await makeCore(undefined, ROTATION);
    const stolen = await register(ada);
    const other = await login(byEmail);
    const next = (await refresh(stolen.refreshToken)) as SessionGrant;
    clock.advance(10_001);
    expect(await refusal(refresh(stolen.refreshToken))).toBe("reused_token");
    expect(await refusal(refresh(next.refreshToken))).toBe("revoked_token");
    expect(await refusal(me(next.accessToken))).toBe("revoked_token");
    expect(await refusal(me(other.accessToken))).toBe("none");
    expect(await refusal(refresh(other.refreshToken))).toBe("none");
    expect(reported.filter(({ type }) => type === "refresh_token_reused")).toEqual([
      expect.objectContaining({ cause: "after_grace" }),
    ]);
  });

  it("ends the session for an older token, be it within the grace", async () => {
    const { register, refresh, reported } = await makeCore(undefined, ROTATION);
    const first = await register(ada);
    const second = (await refresh(first.refreshToken)) as SessionGrant;
    await refresh(second.refreshToken);
    expect(await refusal(refresh(first.refreshToken))).toBe("reused_token");
    expect(await refusal(refresh(second.refreshToken))).toBe("revoked_token");
    expect(reported.filter(({ type }) => type === "refresh_token_reused")).toEqual([
      expect.objectContaining({ cause: "older_generation" }),
    ]);
  });

  it("switched off again, lets the newest token refresh and no older one", async () => {
    const on = await makeCore(undefined, ROTATION);
    const first = await on.register(ada);
    const second = (await on.refresh(first.refreshToken)) as SessionGrant;
    const off = await makeCore(undefined, {}, on);
    expect(await refusal(off.refresh(first.refreshToken))).toBe("revoked_token");
    expect(await refusal(off.refresh(second.refreshToken))).toBe("none");
  });
});

describe("an idle limit", () => {
  const IDLE = { SESSION_IDLE_TTL: "2h", ACCESS_TOKEN_TTL: "15m" };

  it("ends a session that is not refreshed, never early", async () => {
    const { register, refresh, login, listSessions, clock } = await makeCore(undefined, IDLE);
    const { refreshToken } = await register(ada);
    for (let times = 0; times < 30; times += 1) {
      clock.advance(7_200_000 - 1);
      expect(await refusal(refresh(refreshToken))).toBe("none");
    }
    clock.advance(7_260_000);
    expect(await refusal(refresh(refreshToken))).toBe("expired_token");
    const { accessToken } = await login(byEmail);
    expect(await listSessions(accessToken)).toHaveLength(1);
  });
});

describe("sessions", () => {
  it("are listed, the latest first, with their last use to the minute", async () => {
    const { register, login, refresh, listSessions, clock, storage } = await makeCore();
    const first = await register(ada);
    const began = clock.now();
    clock.advance(30_000);
    await refresh(first.refreshToken);
    clock.advance(30_000);
    const used = clock.now();
    await refresh(first.refreshToken);
    clock.advance(1_000);
    const second = await login({ ...byEmail, client: { userAgent: "x".repeat(300), ip: "::1" } });
    const sessions = await listSessions(second.accessToken);
    expect(sessions).toEqual([
      expect.objectContaining({ current: true, ip: "::1", userAgent: "x".repeat(256) }),
      expect.objectContaining({ current: false, createdAt: began, lastUsedAt: used }),
    ]);
    expect(await storage.sessions.find(sessions[1]?.id ?? "")).toMatchObject({ lastUsedAt: used });
  });

  it("are listed up to 100, and all are counted when they end", async () => {
    const { register, login, listSessions, logoutEverywhere, clock } = await makeCore(undefined, {
      MAX_SESSIONS: "1000",
    });
    const { accessToken } = await register(ada);
    for (let times = 0; times < 104; times += 1) {
      clock.advance(1);
      await login(byEmail);
    }
    expect(await listSessions(accessToken)).toHaveLength(100);
    expect(await logoutEverywhere(accessToken, "others")).toBe(104);
    expect(await listSessions(accessToken)).toHaveLength(1);
    expect(await logoutEverywhere(accessToken, "all")).toBe(1);
  });

  it("can be ended one by one by their user, and by nobody else", async () => {
    const { register, login, me, endOwnSession, listSessions } = await makeCore();
    const own = await register(ada);
    const other = await login(byEmail);
    const stranger = await register({ ...ada, username: "Bob", email: "bob@example.com" });
    const id = (await listSessions(other.accessToken)).find(({ current }) => current)?.id ?? "";
    for (const [token, session] of [
      [stranger.accessToken, id],
      [own.accessToken, "no such session"],
      [own.accessToken, "x".repeat(10_000)],
    ] as const) {
      expect(await refusal(endOwnSession(token, session))).toBe("not_found");
    }
    await endOwnSession(own.accessToken, id);
    expect(await refusal(me(other.accessToken))).toBe("revoked_token");
    expect(await refusal(endOwnSession(own.accessToken, id))).toBe("not_found");
    expect(await refusal(me(own.accessToken))).toBe("none");
  });
});

describe("logging out", () => {
  it("works with an expired access token, an old refresh token, and neither twice", async () => {
    for (const pick of ["accessToken", "refreshToken"] as const) {
      const { register, refresh, logout, clock } = await makeCore(undefined, ROTATION);
      const own = await register(ada);
      const next = (await refresh(own.refreshToken)) as SessionGrant;
      clock.advance(2 * DAY_MS);
      await logout(own[pick]);
      expect(await refusal(refresh(next.refreshToken))).toBe("revoked_token");
      expect(await refusal(logout(own[pick]))).toBe("revoked_token");
    }
  });

  it("is refused to a token that was revoked by itself", async () => {
    const { register, logout, revokeAccess, revokeRefresh } = await makeCore();
    const own = await register(ada);
    await revokeAccess(own.accessToken);
    await revokeRefresh(own.refreshToken);
    expect(await refusal(logout(own.accessToken))).toBe("revoked_token");
    expect(await refusal(logout(own.refreshToken))).toBe("revoked_token");
  });

  it("is refused to a token that an end of all has killed, and to nonsense", async () => {
    const { register, login, logout, logoutEverywhere } = await makeCore();
    const own = await register(ada);
    const other = await login(byEmail);
    await logoutEverywhere(other.accessToken, "others");
    expect(await refusal(logout(own.accessToken))).toBe("revoked_token");
    expect(await refusal(logout(own.refreshToken))).toBe("revoked_token");
    expect(await refusal(logout("a.b.c"))).toBe("invalid_token");
  });
});

describe("a change of password", () => {
  it("keeps the session that makes it, through two changes and a logout of the others", async () => {
    const { register, login, me, refresh, changePassword, logoutEverywhere, listSessions } = await makeCore();
    const own = await register(ada);
    const other = await login(byEmail);
    const change = (currentPassword: string, newPassword: string) =>
      changePassword({ accessToken: own.accessToken, currentPassword, newPassword, client });
    expect(await change(ada.password, "second horse")).toBe(1);
    expect(await refusal(me(other.accessToken))).toBe("revoked_token");
    expect(await refusal(refresh(other.refreshToken))).toBe("revoked_token");
    expect(await change("second horse", "third horse")).toBe(0);
    expect(await logoutEverywhere(own.accessToken, "others")).toBe(0);
    const { accessToken } = await refresh(own.refreshToken);
    expect(await listSessions(accessToken)).toEqual([expect.objectContaining({ current: true })]);
  });

  it("is refused with a wrong password or an unfit new one, and changes nothing", async () => {
    const { register, login, changePassword } = await makeCore();
    const { accessToken } = await register(ada);
    const change = { accessToken, client, newPassword: "second horse", currentPassword: ada.password };
    const wrong = changePassword({ ...change, currentPassword: "wrong horse" });
    expect(await refusal(wrong)).toBe("invalid_credentials");
    const short = changePassword({ ...change, newPassword: "short" });
    expect(await refusal(short)).toBe("validation_failed");
    expect(await refusal(login(byEmail))).toBe("none");
  });
});

describe("introspection", () => {
  it("tells the claims of what lives, and a refresh token only where it is asked for", async () => {
    const { register, introspect, refresh, logout } = await makeCore(undefined, ROTATION);
    const own = await register(ada);
    expect(await introspect(own.accessToken, "access")).toMatchObject({
      username: "Ada",
      claims: { type: "access", identity: ada.email, ver: 0 },
    });
    expect(await introspect(own.refreshToken, "access")).toBeUndefined();
    expect(await introspect(own.refreshToken, "refresh")).toMatchObject({ claims: { type: "refresh" } });
    const next = (await refresh(own.refreshToken)) as SessionGrant;
    expect(await introspect(own.refreshToken, "refresh")).toBeUndefined();
    await logout(next.accessToken);
    for (const token of [own.accessToken, next.accessToken]) {
      expect(await introspect(token, "access")).toBeUndefined();
    }
    expect(await introspect(next.refreshToken, "refresh")).toBeUndefined();
  });
});

describe("revocation by the standard endpoint", () => {
  it("ends an access token alone, a refresh token with its session, and shrugs at the rest", async () => {
    const { register, me, refresh, revokeToken } = await makeCore();
    const own = await register(ada);
    const { accessToken } = await refresh(own.refreshToken);
    await revokeToken(own.accessToken);
    expect(await refusal(me(own.accessToken))).toBe("revoked_token");
    expect(await refusal(me(accessToken))).toBe("none");
    await revokeToken(own.refreshToken);
    expect(await refusal(me(accessToken))).toBe("revoked_token");
    expect(await refusal(refresh(own.refreshToken))).toBe("revoked_token");
    for (const token of [own.accessToken, own.refreshToken, "nonsense"]) {
      expect(await refusal(revokeToken(token))).toBe("none");
    }
  });
});

describe("sweeping", () => {
  it("forgets what is over, never early, and one process at a time", async () => {
    const one = await makeCore();
    const two = await makeCore(undefined, {}, one);
    const own = await one.register(ada);
    await one.revokeAccess(own.accessToken);
    await one.revokeRefresh(own.refreshToken);
    expect(await one.sweep()).toBe(0);
    one.clock.advance(30 * DAY_MS - 1_000);
    expect(await one.sweep()).toBe(1);
    expect(await refusal(two.refresh(own.refreshToken))).toBe("revoked_token");
    one.clock.advance(3_602_000);
    const swept = await Promise.all([one.sweep(), two.sweep()]);
    expect(swept.sort()).toEqual([0, 2]);
    one.clock.advance(3_600_000);
    expect(await two.sweep()).toBe(0);
  });
});
