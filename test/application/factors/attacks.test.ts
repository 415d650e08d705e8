import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { codeAt } from "../../support/authenticator.ts";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { byEmail, challengeOf, MINUTE, withTotp } from "../../support/second-factor.ts";

const LIMITED = { LOGIN_THROTTLE: "on" };
const REQUIRED = { REQUIRE_SECOND_FACTOR: "all" };
const withLimits = async () => withTotp(await makeCore(undefined, LIMITED));

describe("one challenge", () => {
  it.each([2, 6, 50])("with %i correct answers at once begins one session", async (count) => {
    const { core, code } = await withLimits();
    const challenge = await challengeOf(core);
    const answer = { challenge, code: code(core), client };
    const codes = await Promise.all(Array.from({ length: count }, () => refusal(core.completeLogin(answer))));
    expect(codes.filter((each) => each === "none")).toHaveLength(1);
    const refusals = new Set(codes.filter((each) => each !== "none"));
    expect([...refusals].filter((each) => !["invalid_factor", "too_many_attempts"].includes(each))).toEqual(
      [],
    );
  });
});

describe("a stolen access token", () => {
  it("does not keep its owner from logging in by guessed codes", async () => {
    const { core, own, code } = await withLimits();
    const { accessToken } = own;
    for (let guesses = 0; guesses < 310; guesses += 1) {
      await refusal(core.reauthenticate({ accessToken, code: "000000", client }));
    }
    const answer = { challenge: await challengeOf(core), code: code(core), client };
    expect(await refusal(core.completeLogin(answer))).toBe("none");
  });

  it("cannot set up more authenticators than are told to the owner", async () => {
    const core = await makeCore(undefined, LIMITED);
    let { accessToken } = await core.register(ada);
    const outcomes: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { secret } = await core.beginTotp(accessToken);
      const shows = (steps: number) => codeAt(secret, core.clock.now(), steps);
      outcomes.push(await refusal(core.confirmTotp({ accessToken, code: shows(-1) })));
      if (outcomes.at(-1) !== "none") break;
      ({ accessToken } = await core.reauthenticate({ accessToken, code: shows(0), client }));
      await core.removeTotp(accessToken);
    }
    expect(outcomes).toEqual(["none", "none", "none", "too_many_attempts"]);
  });
});

it("forged challenges of a network do not stop a genuine one there", async () => {
  const { core, code } = await withLimits();
  const challenge = await challengeOf(core);
  const forged = { challenge: "no.such.one", code: "123456", client };
  for (let count = 0; count < 210; count += 1) await refusal(core.completeLogin(forged));
  expect(await refusal(core.completeLogin(forged))).toBe("too_many_attempts");
  expect(await refusal(core.completeLogin({ challenge, code: code(core), client }))).toBe("none");
});

describe("while a second factor is required", () => {
  it("an account without its former factor gets limited tokens, also in the session that had it", async () => {
    const { core, own } = await withTotp(await makeCore(undefined, REQUIRED));
    const { accessToken } = await core.refresh(own.refreshToken);
    await core.removeTotp(accessToken);
    expect(await refusal(core.me(accessToken))).toBe("second_factor_required");
    expect((await core.refresh(own.refreshToken)).isLimited).toBe(true);
  });

  it("limited tokens can be revoked, and those from before it was", async () => {
    const before = await makeCore();
    const core = await makeCore(undefined, REQUIRED, before);
    const early = await before.register(ada);
    const limited = await core.login(byEmail);
    for (const { accessToken } of [early, limited]) {
      await core.revokeAccess(accessToken);
      expect(await refusal(core.listFactors(accessToken))).toBe("revoked_token");
    }
  });
});

it("a password proved while a factor was set up does not lower the session", async () => {
  const core = await makeCore();
  const { accessToken } = await core.register(ada);
  const { secret } = await core.beginTotp(accessToken);
  const code = codeAt(secret, core.clock.now());
  const [again] = await Promise.all([
    refusal(core.reauthenticate({ accessToken, password: ada.password, client })),
    core.confirmTotp({ accessToken, code }),
  ]);
  expect(["none", "reauthentication_required"]).toContain(again);
  core.clock.advance(MINUTE);
  const [session] = await core.storage.sessions.list(undefined, 1);
  const isLower = again === "none" && session?.amr.includes("mfa") === false;
  expect(isLower).toBe(false);
  expect(decodeJwt(accessToken).acr).toBe("urn:hbtu:1");
});
