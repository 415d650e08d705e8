import { describe, expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { ENDINGS } from "../../support/mailed-links.ts";
import {
  authenticator,
  byEmail,
  challengeOf,
  enrol,
  loggedIn,
  MINUTE,
  storedUser,
  withTotp,
} from "../../support/second-factor.ts";

/** What challenges and waiting authenticators outlive, and what they do not. */

describe("a challenge", () => {
  it.each(Object.keys(ENDINGS))("dies with %s", async (name) => {
    const { core, own, code, recoveryCodes } = await withTotp();
    const challenge = await challengeOf(core);
    await ENDINGS[name]?.(core, own);
    const before = await core.storage.sessions.list(undefined, 100);
    for (const answer of [{ code: code(core) }, { recoveryCode: recoveryCodes[0] }])
      expect(await refusal(core.completeLogin({ challenge, client, ...answer }))).toBe("invalid_factor");
    expect(await core.storage.sessions.list(undefined, 100)).toEqual(before);
  });

  it("uses no code up once it is dead", async () => {
    const { core, own, ...shows } = await withTotp();
    const challenge = await challengeOf(core);
    await core.logoutEverywhere(own.accessToken, "others");
    const answer = core.completeLogin({ challenge, code: shows.code(core), client });
    expect(await refusal(answer)).toBe("invalid_factor");
    expect(await refusal(loggedIn(core, shows))).toBe("none");
  });

  it("dies after five minutes, and not a millisecond earlier", async () => {
    for (const [ms, outcome] of [
      [5 * MINUTE - 1, "none"],
      [5 * MINUTE, "invalid_factor"],
    ] as const) {
      const { core, code } = await withTotp();
      const challenge = await challengeOf(core);
      core.clock.advance(ms);
      expect(await refusal(core.completeLogin({ challenge, code: code(core), client }))).toBe(outcome);
    }
  });

  it("outlives another login, a refresh and a logout of one session", async () => {
    const { core, own, ...shows } = await withTotp();
    const challenge = await challengeOf(core);
    await core.refresh(own.refreshToken);
    const other = await loggedIn(core, shows);
    await core.logout(other.refreshToken);
    const code = shows.code(core, 1);
    expect(await refusal(core.completeLogin({ challenge, code, client }))).toBe("none");
  });

  it("is no mailed link, and a mailed link is no challenge", async () => {
    const { core, code } = await withTotp();
    const token = await challengeOf(core);
    expect(await refusal(core.verifyEmail({ token, client }))).toBe("invalid_verification_token");
    const reset = core.resetPassword({ token, newPassword: "another horse", client });
    expect(await refusal(reset)).toBe("invalid_reset_token");
    expect(await refusal(core.cancelEmailChange({ token, client }))).toBe("invalid_cancellation_token");
    const { link } = await core.makeResetLink(ada.email);
    const challenge = new URL(link).searchParams.get("token") as string;
    const answer = core.completeLogin({ challenge, code: code(core), client });
    expect(await refusal(answer)).toBe("invalid_factor");
    expect(await refusal(core.completeLogin({ challenge: token, code: code(core), client }))).toBe("none");
  });

  it("is of its user: nobody else's factor answers it", async () => {
    const { core } = await withTotp();
    const eve = { ...ada, username: "Eve", email: "eve@example.com" };
    const hers = await enrol(core, (await core.register(eve)).accessToken);
    core.clock.advance(MINUTE);
    const challenge = await challengeOf(core);
    for (const answer of [{ code: hers.code(core) }, { recoveryCode: hers.recoveryCodes[0] }])
      expect(await refusal(core.completeLogin({ challenge, client, ...answer }))).toBe("invalid_factor");
  });

  it("that was made up is refused and counts for its network", async () => {
    const core = await makeCore(undefined, { LOGIN_THROTTLE: "on", THROTTLE_NETWORK: "3" });
    const answer = () => refusal(core.completeLogin({ challenge: "no.such.one", code: "123456", client }));
    const codes = [await answer(), await answer(), await answer(), await answer()];
    expect(codes).toEqual(["invalid_factor", "invalid_factor", "invalid_factor", "too_many_attempts"]);
  });
});

describe("a waiting authenticator", () => {
  /** The steps that raise the epoch of an account without a factor. */
  const ends = Object.keys(ENDINGS).filter((name) => !/ another one |address/.test(name));

  it.each(ends)("is void after %s", async (name) => {
    const core = await makeCore();
    const own = await core.register(ada);
    const shows = authenticator((await core.beginTotp(own.accessToken)).secret);
    await ENDINGS[name]?.(core, own);
    const confirm = core.confirmTotp({ accessToken: own.accessToken, code: shows.code(core) });
    const lives = (await refusal(core.me(own.accessToken))) === "none";
    expect(await refusal(confirm)).toBe(lives ? "invalid_factor" : "revoked_token");
    expect((await storedUser(core))?.factors?.totp).toBeUndefined();
  });
});

describe("the factor", () => {
  it("outlives a mailed reset, disabling and a change of address", async () => {
    for (const name of ["a mailed reset", "disabling and enabling", "an operator who sets the password"]) {
      const { core, own, ...shows } = await withTotp();
      await ENDINGS[name]?.(core, own);
      const password = name === "disabling and enabling" ? ada.password : "another horse";
      const refused = await core.login({ ...byEmail, password }).catch((error) => error);
      expect([name, refused.code]).toEqual([name, "second_factor_required"]);
      const { challenge } = refused.secondFactor;
      const answer = core.completeLogin({ challenge, code: shows.code(core), client });
      expect([name, await refusal(answer)]).toEqual([name, "none"]);
    }
  });

  it("of a disabled account answers nothing", async () => {
    const { core, own, code } = await withTotp();
    await core.disableUser(ada.email);
    expect(await refusal(core.login(byEmail))).toBe("invalid_credentials");
    const { accessToken } = own;
    const again = core.reauthenticate({ accessToken, code: code(core), client });
    expect(await refusal(again)).toBe("revoked_token");
    expect(await refusal(core.removeTotp(accessToken))).toBe("revoked_token");
  });

  it("goes with the account: another one with its address has none", async () => {
    const { core, own } = await withTotp();
    await core.deleteAccount({ accessToken: own.accessToken, client });
    const { accessToken } = await core.register(ada);
    expect(await core.listFactors(accessToken)).toMatchObject({ totpSince: undefined, recoveryCodesLeft: 0 });
    expect(await refusal(core.login(byEmail))).toBe("none");
  });
});
