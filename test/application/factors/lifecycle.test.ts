import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import {
  authenticator,
  byEmail,
  enrol,
  loggedIn,
  MINUTE,
  storedUser,
  verifyAddress,
  waitingMails,
  withTotp,
} from "../../support/second-factor.ts";

/** Second factors from the first secret to their end. */

const FIVE_MINUTES = 5 * MINUTE;

async function registered() {
  const core = await makeCore();
  return { core, ...(await core.register(ada)) };
}

describe("setting up an authenticator", () => {
  it("has begun with a secret of 160 bits and a URI, and the account is as before until its first code", async () => {
    const { core, accessToken } = await registered();
    const { secret, uri } = await core.beginTotp(accessToken);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    const label = "HBTU%20Connect:Ada%40Example.com";
    expect(uri).toBe(`otpauth://totp/${label}?secret=${secret}&issuer=HBTU%20Connect`);
    expect(await core.listFactors(accessToken)).toEqual({
      hasPassword: true,
      totpSince: undefined,
      recoveryCodesLeft: 0,
    });
    expect(await refusal(core.login(byEmail))).toBe("none");
    expect(core.reported.map(({ type }) => type)).not.toContain("factor_added");
  });

  it("is complete with the first code, and shown in the list", async () => {
    const { core, accessToken } = await registered();
    const { recoveryCodes } = await enrol(core, accessToken);
    expect(recoveryCodes).toHaveLength(10);
    for (const code of recoveryCodes) expect(code).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
    const listed = { hasPassword: true, totpSince: core.clock.now(), recoveryCodesLeft: 10 };
    expect(await core.listFactors(accessToken)).toEqual(listed);
    expect(await refusal(core.login(byEmail))).toBe("second_factor_required");
  });

  it("stores neither the secret nor a recovery code as it is", async () => {
    const { core, secret, recoveryCodes } = await withTotp();
    const stored = JSON.stringify(await storedUser(core));
    for (const shown of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll("-", ""))])
      expect(stored).not.toContain(shown);
  });

  it("raises the session that did it, and no other", async () => {
    const { core, accessToken, refreshToken } = await registered();
    const other = await core.login(byEmail);
    core.clock.advance(MINUTE);
    await enrol(core, accessToken);
    const raised = decodeJwt((await core.refresh(refreshToken)).accessToken);
    const auth_time = core.clock.now().getTime() / 1_000;
    expect(raised).toMatchObject({ auth_time, amr: ["pwd", "otp", "mfa"], acr: "urn:hbtu:2", fresh: false });
    const before = { auth_time: auth_time - 60, amr: ["pwd"], acr: "urn:hbtu:1" };
    expect(decodeJwt((await core.refresh(other.refreshToken)).accessToken)).toMatchObject(before);
  });

  it("begun twice takes codes of the second secret alone", async () => {
    const { core, accessToken } = await registered();
    const first = authenticator((await core.beginTotp(accessToken)).secret);
    const second = authenticator((await core.beginTotp(accessToken)).secret);
    const confirm = (code: string) => refusal(core.confirmTotp({ accessToken, code }));
    expect(await confirm(first.code(core))).toBe("invalid_factor");
    expect(await confirm(second.code(core))).toBe("none");
  });

  it("waits 15 minutes for the code, and not a millisecond longer", async () => {
    for (const [ms, outcome] of [
      [15 * MINUTE - 1, "none"],
      [15 * MINUTE, "invalid_factor"],
    ] as const) {
      const { core, accessToken } = await registered();
      const shows = authenticator((await core.beginTotp(accessToken)).secret);
      core.clock.advance(ms);
      const code = shows.code(core);
      expect(await refusal(core.confirmTotp({ accessToken, code }))).toBe(outcome);
    }
  });

  it("needs no recent token for the code, since it belongs to a secret that needed one", async () => {
    const { core, accessToken } = await registered();
    core.clock.advance(FIVE_MINUTES);
    const shows = authenticator((await core.beginTotp(accessToken)).secret);
    core.clock.advance(1);
    expect(await refusal(core.beginTotp(accessToken))).toBe("reauthentication_required");
    const code = shows.code(core);
    expect(await refusal(core.confirmTotp({ accessToken, code }))).toBe("none");
  });

  it.each([-1, 0, 1])("takes the code of step %i", async (steps) => {
    const { core, accessToken } = await registered();
    const shows = authenticator((await core.beginTotp(accessToken)).secret);
    const code = shows.code(core, steps);
    expect(await refusal(core.confirmTotp({ accessToken, code }))).toBe("none");
  });

  it.each([
    ["of another step", (right: string) => right],
    ["that is none", () => ""],
    ["with a letter", (right: string) => `${right.slice(1)}x`],
    ["with a digit too many", (right: string) => `${right}0`],
  ])("refuses a code %s, and waits on", async (name, spoilt) => {
    const { core, accessToken } = await registered();
    const shows = authenticator((await core.beginTotp(accessToken)).secret);
    const code = spoilt(shows.code(core, name === "of another step" ? 2 : 0));
    expect(await refusal(core.confirmTotp({ accessToken, code }))).toBe("invalid_factor");
    expect(core.reported.at(-1)).toMatchObject({ type: "factor_refused", factor: "totp" });
    const right = shows.code(core);
    expect(await refusal(core.confirmTotp({ accessToken, code: right }))).toBe("none");
  });

  it("is refused without a secret, with one in place, and for another user's secret", async () => {
    const { core, accessToken } = await registered();
    const eve = { ...ada, username: "Eve", email: "eve@example.com" };
    const hers = authenticator((await core.beginTotp((await core.register(eve)).accessToken)).secret);
    const confirm = () => refusal(core.confirmTotp({ accessToken, code: hers.code(core) }));
    expect(await confirm()).toBe("invalid_factor");
    await core.beginTotp(accessToken);
    expect(await confirm()).toBe("invalid_factor");
    await enrol(core, accessToken);
    expect(await confirm()).toBe("factor_exists");
    expect(await refusal(core.beginTotp(accessToken))).toBe("factor_exists");
  });

  it("leaves other sessions, unless it is told to end them", async () => {
    for (const endOtherSessions of [false, true]) {
      const { core, accessToken, refreshToken } = await registered();
      const other = await core.login(byEmail);
      core.clock.advance(1_000);
      await enrol(core, accessToken, endOtherSessions);
      const ended = endOtherSessions ? "revoked_token" : "none";
      expect(await refusal(core.me(other.accessToken))).toBe(ended);
      expect(await refusal(core.refresh(other.refreshToken))).toBe(ended);
      expect(await refusal(core.me(accessToken))).toBe("none");
      expect(await refusal(core.refresh(refreshToken))).toBe("none");
      expect(await core.listSessions(accessToken)).toHaveLength(endOtherSessions ? 1 : 2);
    }
  });

  it("ends the others in the step that sets it up", async () => {
    const { core, accessToken } = await registered();
    const before = await storedUser(core);
    const seen: (readonly [epoch: number, hasFactor: boolean])[] = [];
    const { users } = core.storage;
    const look = async () => {
      const { epoch, factors } = await storedUser(core);
      seen.push([epoch, factors?.totp !== undefined]);
    };
    const watched = new Proxy(users, {
      get:
        (target, name) =>
        async (...args: unknown[]) => {
          await look();
          const outcome = await (target as unknown as Record<PropertyKey, (...all: unknown[]) => unknown>)[
            name
          ]?.(...args);
          await look();
          return outcome;
        },
    });
    const slow = await makeCore(() => ({ users: watched }), {}, core);
    await enrol(slow, accessToken, true);
    for (const [epoch, hasFactor] of seen) expect(epoch === before.epoch + 1).toBe(hasFactor);
    expect(seen.at(-1)).toEqual([before.epoch + 1, true]);
  });
});

describe("removing the authenticator", () => {
  it("removes the recovery codes too, and logins ask for the password alone", async () => {
    const { core, own, recoveryCodes } = await withTotp();
    await core.removeTotp(own.accessToken);
    expect(await core.listFactors(own.accessToken)).toEqual({
      hasPassword: true,
      totpSince: undefined,
      recoveryCodesLeft: 0,
    });
    expect(await refusal(core.login(byEmail))).toBe("none");
    expect(await refusal(core.removeTotp(own.accessToken))).toBe("not_found");
    expect(await refusal(core.renewRecoveryCodes(own.accessToken))).toBe("not_found");
    const again = await enrol(core, own.accessToken);
    expect(again.recoveryCodes).not.toEqual(recoveryCodes);
  });

  it("voids a challenge of before, as no factor answers it", async () => {
    const { core, own, recoveryCodes, code } = await withTotp();
    const challenge = await core.login(byEmail).catch(({ secondFactor }) => secondFactor.challenge);
    await core.removeTotp(own.accessToken);
    for (const answer of [{ code: code(core) }, { recoveryCode: recoveryCodes[0] }])
      expect(await refusal(core.completeLogin({ challenge, client, ...answer }))).toBe("invalid_factor");
  });
});

describe("recovery codes", () => {
  it("are void once there are new ones", async () => {
    const { core, own, recoveryCodes } = await withTotp();
    const renewed = await core.renewRecoveryCodes(own.accessToken);
    expect(renewed).toHaveLength(10);
    expect(new Set([...renewed, ...recoveryCodes]).size).toBe(20);
    const use = async (recoveryCode: string | undefined) => {
      const challenge = await core.login(byEmail).catch(({ secondFactor }) => secondFactor.challenge);
      return refusal(core.completeLogin({ challenge, recoveryCode, client }));
    };
    expect(await use(recoveryCodes[0])).toBe("invalid_factor");
    expect(await use(renewed[0])).toBe("none");
    expect(await core.listFactors(own.accessToken)).toMatchObject({ recoveryCodesLeft: 9 });
  });

  it.each([
    ["small letters", (code: string) => code.toLowerCase()],
    ["without hyphens", (code: string) => code.replaceAll("-", "")],
    ["with spaces", (code: string) => ` ${code.replaceAll("-", " ")} `],
    ["misread", (code: string) => code.replaceAll("O", "0").replaceAll("I", "1").replaceAll("B", "8")],
  ])("may be typed otherwise: %s", async (_, typed) => {
    const { core, recoveryCodes } = await withTotp();
    const challenge = await core.login(byEmail).catch(({ secondFactor }) => secondFactor.challenge);
    const recoveryCode = typed(recoveryCodes[0] as string);
    expect(await refusal(core.completeLogin({ challenge, recoveryCode, client }))).toBe("none");
  });

  it("once all are used, are no longer offered, and the authenticator stays", async () => {
    const { core, recoveryCodes, ...shows } = await withTotp();
    for (const recoveryCode of recoveryCodes) {
      const { secondFactor } = await core.login(byEmail).catch((error) => error);
      expect(secondFactor.factors).toEqual(["totp", "recovery_code"]);
      await core.completeLogin({ challenge: secondFactor.challenge, recoveryCode, client });
    }
    const { secondFactor } = await core.login(byEmail).catch((error) => error);
    expect(secondFactor.factors).toEqual(["totp"]);
    const { accessToken } = await loggedIn(core, shows);
    expect(await core.listFactors(accessToken)).toMatchObject({ recoveryCodesLeft: 0 });
    expect(await core.renewRecoveryCodes(accessToken)).toHaveLength(10);
  });
});

describe("the owner is told", () => {
  it("of each change and use, in the trail and by mail", async () => {
    const { core, accessToken } = await registered();
    await verifyAddress(core);
    const { id: userId } = await storedUser(core);
    const begun = core.reported.length;
    const { recoveryCodes, ...shows } = await enrol(core, accessToken);
    const wrong = async (answer: object) => {
      const challenge = await core.login(byEmail).catch(({ secondFactor }) => secondFactor.challenge);
      return refusal(core.completeLogin({ challenge, client, ...answer }));
    };
    expect(await wrong({ code: "000000" })).toBe("invalid_factor");
    expect(await wrong({ recoveryCode: "AAAA-AAAA-AAAA-AAAA" })).toBe("invalid_factor");
    expect(await wrong({ recoveryCode: recoveryCodes[3] })).toBe("none");
    core.clock.advance(MINUTE);
    const raised = await core.reauthenticate({ accessToken, code: shows.code(core), client });
    await core.renewRecoveryCodes(raised.accessToken);
    await core.removeTotp(raised.accessToken);
    const events = core.reported.slice(begun);
    for (const event of events) expect(event).toMatchObject({ userId });
    expect(events).toMatchObject([
      { type: "factor_added", factor: "totp" },
      { type: "second_factor_required" },
      { type: "factor_refused", factor: "totp" },
      { type: "second_factor_required" },
      { type: "factor_refused", factor: "recovery_code" },
      { type: "second_factor_required" },
      { type: "recovery_code_used", left: 9 },
      { type: "login_succeeded" },
      { type: "reauthenticated" },
      { type: "recovery_codes_renewed" },
      { type: "factor_removed", factor: "totp", by: "its_user" },
    ]);
    expect((await waitingMails(core)).sort()).toEqual([
      "recovery_code_used",
      "recovery_codes_renewed",
      "second_factor_added",
      // at most one of a kind waits
      "second_factor_refused",
      "second_factor_removed",
    ]);
    await core.deliverMails();
    expect(core.mails).toHaveLength(5);
    for (const { to, text } of core.mails) {
      expect(to).toBe(ada.email);
      for (const secret of [shows.secret, ...recoveryCodes]) expect(text).not.toContain(secret);
    }
  });

  it("by mail at a verified address only, and if notices are on", async () => {
    const unverified = await withTotp();
    await unverified.core.removeTotp(unverified.own.accessToken);
    expect(await waitingMails(unverified.core)).toEqual([]);
    const core = await makeCore(undefined, { NOTICE_SECOND_FACTOR: "false" });
    const { accessToken } = await core.register(ada);
    await verifyAddress(core);
    await enrol(core, accessToken);
    expect(await waitingMails(core)).toEqual([]);
  });

  it("of an operator who removes the factor", async () => {
    const { core, own } = await withTotp();
    await verifyAddress(core);
    expect(await core.resetFactors(ada.email)).toMatchObject({ alreadyApplied: false });
    expect(core.reported.at(-1)).toMatchObject({ type: "factor_removed", factor: "totp", by: "operator" });
    expect(await waitingMails(core)).toEqual(["second_factor_removed"]);
    expect(await core.resetFactors(ada.email)).toMatchObject({ alreadyApplied: true });
    expect(await refusal(core.resetFactors("nobody@example.com"))).toBe("not_found");
    expect(await refusal(core.login(byEmail))).toBe("none");
    expect(await refusal(core.me(own.accessToken))).toBe("none");
  });
});
