import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import {
  byEmail,
  type Core,
  enrol,
  loggedIn,
  MINUTE,
  verifyAddress,
  withTotp,
} from "../../support/second-factor.ts";

/** Recent authentication of an account with a second factor: the password does not replace the factor. */

const FIVE_MINUTES = 5 * MINUTE;
const NEW = "another horse";

const byPassword: Record<string, (core: Core, accessToken: string, password?: string) => Promise<unknown>> = {
  "a new password": (core, accessToken, currentPassword) =>
    core.changePassword({ accessToken, currentPassword, newPassword: NEW, client }),
  "a new name": (core, accessToken, password) =>
    core.updateProfile({ accessToken, password, username: "Countess", client }),
  "a new address": (core, accessToken, password) =>
    core.updateProfile({ accessToken, password, email: "new@example.com", client }),
  "the end of the account": (core, accessToken, password) =>
    core.deleteAccount({ accessToken, password, client }),
};

const others: typeof byPassword = {
  "the end of the factor": (core, accessToken) => core.removeTotp(accessToken),
  "new recovery codes": (core, accessToken) => core.renewRecoveryCodes(accessToken),
};

/** An account whose other session is from before the factor, of the password alone. */
async function withFormerSession() {
  const core = await makeCore();
  const own = await core.register(ada);
  const former = await core.login(byEmail);
  core.clock.advance(MINUTE);
  const enrolled = await enrol(core, own.accessToken);
  core.clock.advance(MINUTE);
  return { core, own, former, ...enrolled };
}

const needsFactor = (change: Promise<unknown>) =>
  expect(change).rejects.toMatchObject({ code: "reauthentication_required", isFactorNeeded: true });

describe.each(Object.entries({ ...byPassword, ...others }))("%s", (name, change) => {
  it("is refused to a session of the password alone, with the password or without", async () => {
    const { core, former } = await withFormerSession();
    await needsFactor(change(core, former.accessToken));
    await needsFactor(change(core, former.accessToken, ada.password));
    const { accessToken } = await core.refresh(former.refreshToken);
    await needsFactor(change(core, accessToken, ada.password));
    expect(await core.me(former.accessToken)).toMatchObject({ username: ada.username, email: ada.email });
    expect(await core.listFactors(former.accessToken)).toMatchObject({ recoveryCodesLeft: 10 });
  });

  it("is refused to the token that set the factor up, and given to the next one of its session", async () => {
    const { core, own } = await withFormerSession();
    await needsFactor(change(core, own.accessToken));
    const { accessToken } = await core.refresh(own.refreshToken);
    expect(await refusal(change(core, accessToken))).toBe("none");
  });

  it("takes the factor of the last five minutes", async () => {
    const { core, ...shows } = await withTotp();
    const { accessToken } = await loggedIn(core, shows);
    core.clock.advance(FIVE_MINUTES);
    expect(await refusal(change(core, accessToken))).toBe("none");
  });

  it("is refused a millisecond later, also with the password, until the factor is shown again", async () => {
    const { core, own, ...shows } = await withTotp();
    const { accessToken } = await loggedIn(core, shows);
    core.clock.advance(FIVE_MINUTES + 1);
    await needsFactor(change(core, accessToken));
    await needsFactor(change(core, accessToken, ada.password));
    const raised = await core.reauthenticate({ accessToken, code: shows.code(core), client });
    await needsFactor(change(core, accessToken, ada.password));
    expect(await refusal(change(core, raised.accessToken))).toBe("none");
  });

  if (name in byPassword)
    it("compares a password that comes with a recent factor", async () => {
      const { core, own } = await withTotp();
      const wrong = change(core, own.accessToken, "wrong horse");
      expect(await refusal(wrong)).toBe("invalid_credentials");
      expect(await refusal(change(core, own.accessToken, ada.password))).toBe("none");
    });
});

describe("reauthenticating", () => {
  it("by the password is refused, with the factor named, and the password is not compared", async () => {
    const { core, own } = await withTotp();
    for (const password of [ada.password, "wrong horse"])
      await needsFactor(core.reauthenticate({ accessToken: own.accessToken, password, client }));
    expect(core.reported.map(({ type }) => type)).not.toContain("password_refused");
  });

  it("by a code raises a session of the password alone", async () => {
    const { core, former, code } = await withFormerSession();
    const { accessToken } = former;
    const raised = decodeJwt(
      (await core.reauthenticate({ accessToken, code: code(core), client })).accessToken,
    );
    const { sid } = decodeJwt(accessToken);
    const two = { sid, amr: ["pwd", "otp", "mfa"], acr: "urn:hbtu:2" };
    expect(raised).toMatchObject({ ...two, fresh: true, auth_time: core.clock.now().getTime() / 1_000 });
    const next = decodeJwt((await core.refresh(former.refreshToken)).accessToken);
    expect(next).toMatchObject({ ...two, fresh: false });
  });

  it("by a code uses it up, for logins too", async () => {
    const { core, own, code } = await withTotp();
    const used = code(core);
    const again = () => core.reauthenticate({ accessToken: own.accessToken, code: used, client });
    expect(await refusal(again())).toBe("none");
    expect(await refusal(again())).toBe("invalid_factor");
    const challenge = await core.login(byEmail).catch(({ secondFactor }) => secondFactor.challenge);
    expect(await refusal(core.completeLogin({ challenge, code: used, client }))).toBe("invalid_factor");
  });

  it("by a code needs a factor: without one it is wrong", async () => {
    const core = await makeCore();
    const { accessToken } = await core.register(ada);
    const again = core.reauthenticate({ accessToken, code: "123456", client });
    expect(await refusal(again)).toBe("invalid_factor");
  });

  it("takes one of the two", async () => {
    const { core, own } = await withTotp();
    const { accessToken } = own;
    const proofs = [{}, { code: "123456", password: ada.password }];
    for (const proof of proofs)
      expect(await refusal(core.reauthenticate({ accessToken, client, ...proof }))).toBe("validation_failed");
  });

  it("has a limit of codes for each session, apart from that of logins", async () => {
    const core = await makeCore(undefined, { LOGIN_THROTTLE: "on", THROTTLE_CODE: "3" });
    const { own, code } = await withTotp(core);
    await verifyAddress(core);
    const { accessToken } = own;
    for (let wrong = 0; wrong < 3; wrong += 1)
      expect(await refusal(core.reauthenticate({ accessToken, code: "000000", client }))).toBe(
        "invalid_factor",
      );
    const right = { code: code(core), client };
    expect(await refusal(core.reauthenticate({ accessToken, ...right }))).toBe("too_many_attempts");
    const challenge = await core.login(byEmail).catch(({ secondFactor }) => secondFactor.challenge);
    expect(await refusal(core.completeLogin({ challenge, ...right }))).toBe("none");
    core.clock.advance(60 * MINUTE);
    const later = core.reauthenticate({ accessToken, code: code(core), client });
    expect(await refusal(later)).toBe("none");
  });
});

it.each(Object.entries(byPassword))(
  "without a factor %s is as before: the password does",
  async (_, change) => {
    const core = await makeCore();
    const { accessToken } = await core.register(ada);
    core.clock.advance(FIVE_MINUTES + 1);
    for (const refused of [core.beginTotp(accessToken), change(core, accessToken)])
      await expect(refused).rejects.toMatchObject({
        code: "reauthentication_required",
        isFactorNeeded: false,
      });
    expect(await refusal(change(core, accessToken, ada.password))).toBe("none");
  },
);
