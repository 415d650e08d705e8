import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { ada, client, DAY_MS, makeCore, refusal, START } from "../../support/core.ts";

type Core = Awaited<ReturnType<typeof makeCore>>;

const MINUTE = 60_000;
const byEmail = { email: ada.email, password: ada.password, client };
const seconds = (after: number) => (START.getTime() + after) / 1_000;
const again = (core: Core, accessToken: string, password = ada.password) =>
  core.reauthenticate({ accessToken, password, client });

const ONE_FACTOR = { amr: ["pwd"], acr: "urn:hbtu:1" };

describe("a token says when its user authenticated", () => {
  it("at the registration and at the login", async () => {
    const core = await makeCore();
    const registered = decodeJwt((await core.register(ada)).accessToken);
    expect(registered).toMatchObject({ ...ONE_FACTOR, auth_time: seconds(0), fresh: false });
    core.clock.advance(MINUTE);
    const loggedIn = decodeJwt((await core.login(byEmail)).accessToken);
    expect(loggedIn).toMatchObject({ ...ONE_FACTOR, auth_time: seconds(MINUTE), fresh: false });
  });

  it.each(["false", "true"])(
    "and a refresh does not change that, with REFRESH_ROTATION=%s",
    async (rotates) => {
      const core = await makeCore(undefined, { REFRESH_ROTATION: rotates });
      let { refreshToken } = await core.register(ada);
      for (let days = 1; days < 4; days += 1) {
        core.clock.advance(DAY_MS);
        const grant = await core.refresh(refreshToken);
        expect(decodeJwt(grant.accessToken)).toMatchObject({
          ...ONE_FACTOR,
          auth_time: seconds(0),
          fresh: false,
        });
        if ("refreshToken" in grant) refreshToken = grant.refreshToken as string;
      }
    },
  );

  it("and so does introspection", async () => {
    const core = await makeCore();
    const { accessToken } = await core.register(ada);
    const found = await core.introspect(accessToken, "access");
    expect(found?.claims).toMatchObject({ ...ONE_FACTOR, auth_time: seconds(0), fresh: false });
  });
});

describe("reauthenticating", () => {
  it("raises the session, gives a fresh token of it and ends nothing", async () => {
    const core = await makeCore();
    const own = await core.register(ada);
    core.clock.advance(7 * MINUTE);
    const grant = await again(core, own.accessToken);
    const { sid } = decodeJwt(own.accessToken);
    const raised = { ...ONE_FACTOR, sid, auth_time: seconds(7 * MINUTE) };
    expect(decodeJwt(grant.accessToken)).toMatchObject({ ...raised, fresh: true });
    expect(grant.expiresIn).toBe(86_400);
    expect(core.reported.at(-1)).toEqual({
      type: "reauthenticated",
      userId: decodeJwt(own.accessToken).sub,
      sessionId: sid,
    });
    core.clock.advance(MINUTE);
    const refreshed = await core.refresh(own.refreshToken);
    expect(decodeJwt(refreshed.accessToken)).toMatchObject({ ...raised, fresh: false });
    expect(await refusal(core.me(own.accessToken))).toBe("none");
    expect(await refusal(core.me(grant.accessToken))).toBe("none");
    expect(await core.listSessions(own.accessToken)).toHaveLength(1);
    expect(core.mails).toEqual([]);
  });

  it("raises no other session of the user", async () => {
    const core = await makeCore();
    const own = await core.register(ada);
    const other = await core.login(byEmail);
    core.clock.advance(MINUTE);
    await again(core, own.accessToken);
    const { accessToken } = await core.refresh(other.refreshToken);
    expect(decodeJwt(accessToken)).toMatchObject({ auth_time: seconds(0), fresh: false });
  });

  it("counts as a use of the session", async () => {
    const core = await makeCore(undefined, { SESSION_IDLE_TTL: "25h" });
    const own = await core.register(ada);
    core.clock.advance(DAY_MS - 1);
    await again(core, own.accessToken);
    core.clock.advance(DAY_MS);
    expect(await refusal(core.refresh(own.refreshToken))).toBe("none");
  });

  it("keeps the end of the session", async () => {
    const core = await makeCore(undefined, { REFRESH_TOKEN_TTL: "25h" });
    const own = await core.register(ada);
    core.clock.advance(DAY_MS - MINUTE);
    expect((await again(core, own.accessToken)).expiresIn).toBe(61 * 60);
  });

  it("is refused with a wrong password, which changes nothing", async () => {
    const core = await makeCore();
    const own = await core.register(ada);
    core.clock.advance(MINUTE);
    expect(await refusal(again(core, own.accessToken, "wrong horse"))).toBe("invalid_credentials");
    expect(core.reported.at(-1)?.type).toBe("password_refused");
    const { accessToken } = await core.refresh(own.refreshToken);
    expect(decodeJwt(accessToken)).toMatchObject({ auth_time: seconds(0) });
  });

  it.each<[string, (core: Core) => Promise<string>, string]>([
    ["a refresh token", async (core) => (await core.register(ada)).refreshToken, "invalid_token"],
    ["an access token whose session has ended", withEndedSession, "revoked_token"],
    ["an expired one", withExpired, "expired_token"],
    ["one of a disabled account", withDisabled, "revoked_token"],
    ["another user's token", withAnothers, "invalid_credentials"],
    ["no token", async () => "none", "invalid_token"],
  ])("is refused with %s", async (_, make, expected) => {
    const core = await makeCore();
    expect(await refusal(again(core, await make(core)))).toBe(expected);
    expect(core.reported.map(({ type }) => type)).not.toContain("reauthenticated");
  });
});

async function withEndedSession(core: Core): Promise<string> {
  const { accessToken } = await core.register(ada);
  await core.logout(accessToken);
  return accessToken;
}

async function withExpired(core: Core): Promise<string> {
  const { accessToken } = await core.register(ada);
  core.clock.advance(2 * DAY_MS);
  return accessToken;
}

async function withDisabled(core: Core): Promise<string> {
  const { accessToken } = await core.register(ada);
  await core.disableUser(ada.email);
  return accessToken;
}

async function withAnothers(core: Core): Promise<string> {
  const bob = { ...ada, username: "Bob", email: "bob@example.com", password: "another horse" };
  return (await core.register(bob)).accessToken;
}

describe("the limits", () => {
  it("10 wrong passwords in a session, each charged before it is compared, then even the right one waits", async () => {
    const core = await makeCore(undefined, { LOGIN_THROTTLE: "on" });
    const { accessToken } = await core.register(ada);
    const { accessToken: elsewhere } = await core.login(byEmail);
    for (let tries = 0; tries < 10; tries += 1) {
      expect(await refusal(again(core, accessToken, "wrong horse"))).toBe("invalid_credentials");
    }
    expect(await refusal(again(core, accessToken))).toBe("too_many_attempts");
    // a guesser in one session does not lock the owner out of another, nor of logging in
    expect(await refusal(again(core, elsewhere))).toBe("none");
    expect(await refusal(core.login(byEmail))).toBe("none");
  });

  it("guesses here and at a change of password are counted together", async () => {
    const core = await makeCore(undefined, { LOGIN_THROTTLE: "on" });
    const { accessToken } = await core.register(ada);
    const guess = { accessToken, currentPassword: "wrong horse", newPassword: "another horse", client };
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await refusal(again(core, accessToken, "wrong horse"))).toBe("invalid_credentials");
      expect(await refusal(core.changePassword(guess))).toBe("invalid_credentials");
    }
    expect(await refusal(again(core, accessToken))).toBe("too_many_attempts");
  });

  it("right ones are limited as logins are, by session, so that a stolen token stops no login", async () => {
    const core = await makeCore(undefined, { LOGIN_THROTTLE: "on" });
    const { accessToken } = await core.register(ada);
    const outcomes: string[] = [];
    for (let tries = 0; tries < 400; tries += 1) outcomes.push(await refusal(again(core, accessToken)));
    expect(outcomes[0]).toBe("none");
    expect(outcomes.at(-1)).toBe("too_many_attempts");
    expect(await refusal(core.login(byEmail))).toBe("none");
  });
});
