import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { codeAt } from "../../support/authenticator.ts";
import { ada, client, makeCore, refusal } from "../../support/core.ts";

type Core = Awaited<ReturnType<typeof makeCore>>;

const MINUTE = 60_000;
const byEmail = { email: ada.email, password: ada.password, client };
const LIMITED = { LOGIN_THROTTLE: "on" };

/** Registers Ada and sets up an authenticator. */
async function withTotp(env: Record<string, string> = {}) {
  const core = await makeCore(undefined, env);
  const own = await core.register(ada);
  const { secret, uri } = await core.beginTotp(own.accessToken);
  const code = codeAt(secret, core.clock.now());
  const recoveryCodes = await core.confirmTotp({ accessToken: own.accessToken, code });
  core.clock.advance(MINUTE);
  return { core, own, secret, uri, recoveryCodes };
}

async function challengeOf(core: Core): Promise<string> {
  const error = await core.login(byEmail).catch((refused) => refused);
  expect(error).toMatchObject({ code: "second_factor_required" });
  return error.secondFactor.challenge;
}

describe("an account with an authenticator", () => {
  it("logs in by password and code", async () => {
    const { core, secret } = await withTotp();
    const challenge = await challengeOf(core);
    const code = codeAt(secret, core.clock.now());
    const grant = await core.completeLogin({ challenge, code, client });
    expect(decodeJwt(grant.accessToken)).toMatchObject({ amr: ["pwd", "otp", "mfa"], acr: "urn:hbtu:2" });
    expect(grant.recoveryCodesLeft).toBeUndefined();
  });

  it("takes a code once, also for another challenge", async () => {
    const { core, secret } = await withTotp();
    const code = codeAt(secret, core.clock.now());
    await core.completeLogin({ challenge: await challengeOf(core), code, client });
    const again = core.completeLogin({ challenge: await challengeOf(core), code, client });
    expect(await refusal(again)).toBe("invalid_factor");
  });

  it("does not take the code that set it up", async () => {
    const core = await makeCore();
    const { accessToken } = await core.register(ada);
    const { secret } = await core.beginTotp(accessToken);
    const code = codeAt(secret, core.clock.now());
    await core.confirmTotp({ accessToken, code });
    const login = core.completeLogin({ challenge: await challengeOf(core), code, client });
    expect(await refusal(login)).toBe("invalid_factor");
  });

  it("logs in by each recovery code once", async () => {
    const { core, recoveryCodes } = await withTotp();
    expect(new Set(recoveryCodes).size).toBe(10);
    for (const [at, recoveryCode] of recoveryCodes.entries()) {
      const grant = await core.completeLogin({ challenge: await challengeOf(core), recoveryCode, client });
      expect(grant.recoveryCodesLeft).toBe(9 - at);
      const again = core.completeLogin({ challenge: await challengeOf(core), recoveryCode, client });
      expect(await refusal(again)).toBe("invalid_factor");
    }
  });

  it("uses a challenge up by a success", async () => {
    const { core, secret, recoveryCodes } = await withTotp();
    const challenge = await challengeOf(core);
    await core.completeLogin({ challenge, code: codeAt(secret, core.clock.now()), client });
    const [recoveryCode] = recoveryCodes;
    expect(await refusal(core.completeLogin({ challenge, recoveryCode, client }))).toBe("invalid_factor");
  });

  it("gives up a challenge after five wrong answers", async () => {
    const { core, secret } = await withTotp(LIMITED);
    const challenge = await challengeOf(core);
    for (let wrong = 0; wrong < 5; wrong += 1) {
      const answer = core.completeLogin({ challenge, code: "000000", client });
      expect(await refusal(answer)).toBe("invalid_factor");
    }
    const right = core.completeLogin({ challenge, code: codeAt(secret, core.clock.now()), client });
    expect(await refusal(right)).toBe("invalid_factor");
  });

  it("takes ten codes an hour, then only recovery codes", async () => {
    const { core, secret, recoveryCodes } = await withTotp(LIMITED);
    for (let wrong = 0; wrong < 10; wrong += 1) {
      const challenge = await challengeOf(core);
      const answer = core.completeLogin({ challenge, code: "000000", client });
      expect(await refusal(answer)).toBe("invalid_factor");
    }
    const challenge = await challengeOf(core);
    const code = codeAt(secret, core.clock.now());
    expect(await refusal(core.completeLogin({ challenge, code, client }))).toBe("too_many_attempts");
    const [recoveryCode] = recoveryCodes;
    await core.completeLogin({ challenge, recoveryCode, client });
    core.clock.advance(60 * MINUTE);
    await core.completeLogin({
      challenge: await challengeOf(core),
      code: codeAt(secret, core.clock.now()),
      client,
    });
  });
});
