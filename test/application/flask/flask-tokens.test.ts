import { describe, expect, it } from "vitest";
import type { SessionGrant } from "../../../src/application/sessions/session-grant.ts";
import type { User } from "../../../src/domain/user.ts";
import { hmac, type Json, token } from "../../adapters/jose/signed-by-hand.ts";
import { ada, client, DAY_MS, makeCore, refusal, START, turn } from "../../support/core.ts";
import { stepped } from "../../support/stepped.ts";

const SHARED = "the secret that the Flask server and its services shared";
const ENV = { JWT_SECRET_KEY: SHARED, ACCEPT_LEGACY_TOKENS_UNTIL: "2026-02-15" };
const ISSUED = START.getTime() / 1000 - 3_600;
const ACCESS_ID = "0b6f1f86-3b4c-4d7e-9d47-0d8a3c8f4a01";
const REFRESH_ID = "5d0c7c52-51ce-4d0c-8f0f-8f3f0c7f7d02";
/** The address as registered with the Flask server. */
const IDENTITY = "Ada@Example.com";

const accessClaims = (changes: Json = {}): Json => ({
  iat: ISSUED,
  nbf: ISSUED,
  jti: ACCESS_ID,
  exp: ISSUED + 86_400,
  identity: IDENTITY,
  fresh: false,
  type: "access",
  ...changes,
});
const refreshClaims = (changes: Json = {}): Json => {
  const { fresh, ...claims } = accessClaims({ jti: REFRESH_ID, exp: ISSUED + 30 * 86_400, type: "refresh" });
  return { ...claims, ...changes };
};
const signed = (claims: Json) => token({ typ: "JWT", alg: "HS256" }, claims, hmac(SHARED));
const ACCESS = signed(accessClaims());
const REFRESH = signed(refreshClaims());

/** The service after the move, with one imported user. */
async function moved(changes: Partial<User> = {}, env: Record<string, string> = {}) {
  const core = await makeCore(undefined, { ...ENV, ...env });
  const user: User = {
    id: "5f1e7c0a9d3b2c4e6f708192",
    username: { shown: "Ada", canonical: "ada" },
    email: { shown: IDENTITY, canonical: "ada@example.com" },
    emailVerified: false,
    passwordHash: await core.core.hasher.hash(ada.password, turn),
    // tokens are issued in whole seconds, and this second had begun
    createdAt: new Date(ISSUED * 1000 + 999),
    epoch: 0,
    keptSession: undefined,
    unlocks: 0,
    disabled: false,
    legacyIdentity: IDENTITY,
    emailHistory: undefined,
    linksSince: undefined,
    factors: undefined,
    ...changes,
  };
  await core.storage.users.add(user);
  return { ...core, user };
}

describe("access tokens of the Flask server", () => {
  it("serve until they expire", async () => {
    const { me, clock, user } = await moved();
    expect(await me(ACCESS)).toMatchObject({ id: user.id, email: IDENTITY });
    clock.advance(82_799_000);
    expect(await refusal(me(ACCESS))).toBe("none");
    clock.advance(7_000);
    expect(await refusal(me(ACCESS))).toBe("expired_token");
  });

  it.each([
    ["logging it out", (core: Core) => core.revokeAccess(ACCESS)],
    ["logging out", (core: Core) => core.logout(ACCESS)],
    ["logging out everywhere", (core: Core) => core.logoutEverywhere(ACCESS, "all")],
    [
      "logging out elsewhere",
      async (core: Core) => {
        const { accessToken } = await core.login({ email: ada.email, password: ada.password, client });
        await core.logoutEverywhere(accessToken, "others");
      },
    ],
    [
      "a new password",
      (core: Core) =>
        core.changePassword({
          accessToken: ACCESS,
          currentPassword: ada.password,
          newPassword: "another horse",
          client,
        }),
    ],
    ["a revocation by an API", (core: Core) => core.revokeToken(ACCESS)],
  ])("end by %s", async (_, end) => {
    const core = await moved();
    await end(core);
    expect(await refusal(core.me(ACCESS))).toBe("revoked_token");
  });

  it("end with the account, and do not pass to the next owner of its address", async () => {
    const core = await moved();
    await core.deleteAccount({ accessToken: ACCESS, password: ada.password, client });
    expect(await refusal(core.me(ACCESS))).toBe("revoked_token");
    await core.register(ada);
    expect(await refusal(core.me(ACCESS))).toBe("revoked_token");
  });

  it("that were revoked there stay revoked", async () => {
    const core = await moved();
    await core.storage.revocations.add(`jti:${ACCESS_ID}`, new Date(START.getTime() + 30 * DAY_MS));
    expect(await refusal(core.me(ACCESS))).toBe("revoked_token");
  });

  it.each([
    ["was not brought over", { legacyIdentity: undefined }],
    ["had an address that differed by case", { legacyIdentity: "ada@example.com" }],
    ["came a second after they were issued", { createdAt: new Date((ISSUED + 1) * 1000) }],
    ["has ended older sessions since", { epoch: 1 }],
    ["has ended all sessions but theirs", { epoch: 1, keptSession: `legacy-${ACCESS_ID}` }],
    ["is disabled", { disabled: true }],
  ])("do not serve a user who %s", async (_, changes) => {
    const { me } = await moved(changes);
    expect(await refusal(me(ACCESS))).toBe("revoked_token");
  });

  it.each([
    ["an issuer", { iss: "http://localhost:5000" }],
    ["a subject", { sub: "5f1e7c0a9d3b2c4e6f708192" }],
    ["no session, but its claim", { sid: null }],
    ["an audience", { aud: "somebody" }],
    ["another type", { type: "id" }],
    ["no moment of issue", { iat: undefined }],
    ["a moment of issue in words", { iat: String(ISSUED) }],
    ["no beginning", { nbf: undefined }],
    ["no end", { exp: undefined }],
    ["no id", { jti: undefined }],
    ["an id that is none", { jti: "../1" }],
    ["an address that is none", { identity: ["ada@example.com"] }],
    ["a life of more than 30 days", { exp: ISSUED + 30 * 86_400 + 1 }],
    ["a moment of issue to come", { iat: START.getTime() / 1000 + 6 }],
  ])("with %s are none", async (_, changes) => {
    const { me } = await moved();
    expect(await refusal(me(signed(accessClaims(changes))))).toBe("invalid_token");
  });

  it("are taken with their own key, kind and header only", async () => {
    const { me, refresh } = await moved();
    expect(await refusal(me(token({ typ: "JWT", alg: "HS256" }, accessClaims(), hmac("another"))))).toBe(
      "invalid_token",
    );
    expect(
      await refusal(me(token({ typ: "JWT", alg: "HS256", kid: "1" }, accessClaims(), hmac(SHARED)))),
    ).toBe("invalid_token");
    expect(await refusal(me(token({ typ: "at+jwt", alg: "HS256" }, accessClaims(), hmac(SHARED))))).toBe(
      "invalid_token",
    );
    expect(await refusal(me(token({ typ: "JWT", alg: "none" }, accessClaims(), () => Buffer.alloc(0))))).toBe(
      "invalid_token",
    );
    expect(await refusal(me(REFRESH))).toBe("invalid_token");
    expect(await refusal(refresh(ACCESS))).toBe("invalid_token");
  });

  it("are taken until the configured day begins, and not at all without one", async () => {
    const later = await moved({}, { ACCEPT_LEGACY_TOKENS_UNTIL: "2026-01-01T12:00:00Z" });
    later.clock.advance(12 * 3_600_000 - 1);
    expect(await refusal(later.me(ACCESS))).toBe("none");
    later.clock.advance(1);
    expect(await refusal(later.me(ACCESS))).toBe("invalid_token");
    const never = await moved({}, { ACCEPT_LEGACY_TOKENS_UNTIL: "" });
    expect(await refusal(never.me(ACCESS))).toBe("invalid_token");
  });

  it("are active when an API asks, with the claims that they have", async () => {
    const { introspect } = await moved();
    expect(await introspect(ACCESS, "access")).toEqual({
      username: "Ada",
      claims: { ...accessClaims(), email_verified: false, preferred_username: "Ada" },
    });
    expect(await introspect(REFRESH, "access")).toBeUndefined();
    expect(await introspect(REFRESH, "refresh")).toMatchObject({ claims: refreshClaims() });
  });

  it("make a known device", async () => {
    const core = await moved({}, { LOGIN_THROTTLE: "on" });
    const wrong = { email: ada.email, password: "wrong password", client };
    for (let tries = 0; tries < 6; tries += 1) await refusal(core.login(wrong));
    const right = { ...wrong, password: ada.password };
    expect(await refusal(core.login(right))).toBe("too_many_attempts");
    expect(await refusal(core.login({ ...right, formerToken: ACCESS }))).toBe("none");
  });
});

type Core = Awaited<ReturnType<typeof moved>>;

describe("refresh tokens of the Flask server", () => {
  it("become a session, which what they mint carries, and serve to its end", async () => {
    const { refresh, me, listSessions, clock, user } = await moved();
    const { accessToken } = await refresh(REFRESH);
    expect(await me(accessToken)).toMatchObject({ id: user.id });
    expect(await listSessions(accessToken)).toEqual([
      expect.objectContaining({
        id: `legacy-${REFRESH_ID}`,
        createdAt: START,
        expiresAt: new Date((ISSUED + 30 * 86_400) * 1000),
        current: true,
      }),
    ]);
    clock.advance(20 * DAY_MS);
    expect(await refusal(refresh(REFRESH))).toBe("none");
    clock.advance(10 * DAY_MS);
    expect(await refusal(refresh(REFRESH))).toBe("expired_token");
  });

  it("become one session, wherever two first uses meet", async () => {
    for (let stop = 0; ; stop += 1) {
      const fast = await moved();
      const steps = stepped(fast.storage, stop);
      const slow = await makeCore(() => steps.ports, ENV, fast);
      const late = refusal(slow.refresh(REFRESH));
      const wasReached = await Promise.race([steps.reached.then(() => true), late.then(() => false)]);
      const { accessToken } = await fast.refresh(REFRESH);
      steps.goOn();
      expect([stop, await late]).toEqual([stop, "none"]);
      expect(await fast.listSessions(accessToken)).toHaveLength(1);
      if (!wasReached) return expect(stop).toBeGreaterThan(4);
    }
  });

  it("begin sessions that count as any other: the oldest ends, and not the one that has just begun", async () => {
    const core = await moved({}, { MAX_SESSIONS: "2" });
    const byEmail = { email: ada.email, password: ada.password, client };
    const grants = [];
    for (let times = 0; times < 2; times += 1) {
      core.clock.advance(1_000);
      grants.push(await core.login(byEmail));
    }
    const refreshed = [];
    for (let at = 0; at < 2; at += 1) {
      const jti = REFRESH_ID.replace(/.$/, String(at));
      refreshed.push(await core.refresh(signed(refreshClaims({ jti }))));
      const all = await Promise.all(
        [...grants, ...refreshed].map(({ accessToken }) => refusal(core.me(accessToken))),
      );
      expect(all.map((code) => code === "none")).toEqual(
        at ? [false, false, true, true] : [false, true, true],
      );
    }
    const ended = core.reported.filter(({ type }) => type === "session_ended");
    expect(ended).toEqual([
      expect.objectContaining({ by: "session_limit" }),
      expect.objectContaining({ by: "session_limit" }),
    ]);
  });

  it("end by idling for good, also where their record has to go for newer sessions", async () => {
    const core = await moved({}, { MAX_SESSIONS: "2", SESSION_IDLE_TTL: "3d" });
    expect(await refusal(core.refresh(REFRESH))).toBe("none");
    core.clock.advance(4 * 86_400_000);
    expect(await refusal(core.refresh(REFRESH))).not.toBe("none");
    const byEmail = { email: ada.email, password: ada.password, client };
    for (let times = 0; times < 3; times += 1) {
      core.clock.advance(1_000);
      await core.login(byEmail);
    }
    expect(await refusal(core.refresh(REFRESH))).not.toBe("none");
  });

  it("end for good, wherever a logout meets their first use", async () => {
    for (let stop = 0; ; stop += 1) {
      const fast = await moved();
      const steps = stepped(fast.storage, stop);
      const slow = await makeCore(() => steps.ports, ENV, fast);
      const minted = slow.refresh(REFRESH).catch(() => undefined);
      const wasReached = await Promise.race([steps.reached.then(() => true), minted.then(() => false)]);
      if (!wasReached) return expect(stop).toBeGreaterThan(4);
      await fast.logout(REFRESH);
      steps.goOn();
      const grant = await minted;
      expect([stop, await refusal(fast.refresh(REFRESH))]).toEqual([stop, "revoked_token"]);
      if (grant) expect([stop, await refusal(fast.me(grant.accessToken))]).toEqual([stop, "revoked_token"]);
      expect([stop, await fast.listSessions(ACCESS)]).toEqual([stop, []]);
    }
  });

  it("take part in rotation, and their reuse is a theft", async () => {
    const { refresh, me, clock } = await moved({}, { REFRESH_ROTATION: "true" });
    const next = (await refresh(REFRESH)) as SessionGrant;
    expect(((await refresh(REFRESH)) as SessionGrant).refreshToken).toBe(next.refreshToken);
    clock.advance(10_001);
    expect(await refusal(refresh(REFRESH))).toBe("reused_token");
    expect(await refusal(refresh(next.refreshToken))).toBe("revoked_token");
    expect(await refusal(me(next.accessToken))).toBe("revoked_token");
  });

  it.each([
    ["logging them out", "none", (core: Core) => core.revokeRefresh(REFRESH)],
    ["logging out, unused before", "revoked_token", (core: Core) => core.logout(REFRESH)],
    ["a revocation by an API", "revoked_token", (core: Core) => core.revokeToken(REFRESH)],
  ])("end by %s", async (_, itsAccess, end) => {
    const core = await moved();
    const { accessToken } = await core.refresh(REFRESH);
    await end(core);
    expect(await refusal(core.refresh(REFRESH))).toBe("revoked_token");
    expect(await refusal(core.me(accessToken))).toBe(itsAccess);
  });

  it("end unused by logging out, and leave nothing that lives", async () => {
    const core = await moved();
    await core.logout(REFRESH);
    expect(await refusal(core.refresh(REFRESH))).toBe("revoked_token");
    expect(await core.listSessions(ACCESS)).toEqual([]);
  });

  it("that were revoked there begin no session", async () => {
    const core = await moved();
    await core.storage.revocations.add(`jti:${REFRESH_ID}`, new Date(START.getTime() + 30 * DAY_MS));
    expect(await refusal(core.refresh(REFRESH))).toBe("revoked_token");
    expect(await refusal(core.logout(REFRESH))).toBe("revoked_token");
    expect(await core.storage.sessions.list(undefined, 10)).toEqual([]);
  });

  it("end with a new password, and so do the sessions that they began", async () => {
    const core = await moved();
    const { accessToken } = await core.refresh(REFRESH);
    const grant = await core.login({ email: ada.email, password: ada.password, client });
    await core.changePassword({
      accessToken: grant.accessToken,
      currentPassword: ada.password,
      newPassword: "another horse",
      client,
    });
    expect(await refusal(core.refresh(REFRESH))).toBe("revoked_token");
    expect(await refusal(core.me(accessToken))).toBe("revoked_token");
    expect(await refusal(core.me(grant.accessToken))).toBe("none");
  });

  it("that are expired begin no session, and only identify a known device", async () => {
    const core = await moved();
    core.clock.advance(30 * DAY_MS);
    expect(await refusal(core.refresh(REFRESH))).toBe("expired_token");
    expect(await refusal(core.logout(REFRESH))).toBe("revoked_token");
    expect(await core.storage.sessions.list(undefined, 10)).toEqual([]);
  });
});
