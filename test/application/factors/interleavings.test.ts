import { describe, expect, it } from "vitest";
import type { SessionGrant } from "../../../src/application/sessions/session-grant.ts";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { mailedLink } from "../../support/mailed-links.ts";
import {
  type Authenticator,
  authenticator,
  byEmail,
  type Core,
  challengeOf,
  enrol,
  MINUTE,
  storedUser,
  verifyAddress,
  withTotp,
} from "../../support/second-factor.ts";
import { stepped } from "../../support/stepped.ts";

/**
 * A call that has to do with second factors stands before each of its storage calls, while another process makes a change;
 * then it goes on, or never does.
 */

const NEW = "another horse";

interface Scene extends Authenticator {
  readonly core: Core;
  readonly own: SessionGrant;
  /** Another session of Ada, from before any factor. */
  readonly other: SessionGrant;
}

type Call = (core: Core, scene: Scene) => Promise<unknown>;

/** An authenticator waits for its first code. */
async function begun(): Promise<Scene> {
  const core = await makeCore();
  const own = await core.register(ada);
  const other = await core.login(byEmail);
  core.clock.advance(1_000);
  return { core, own, other, ...authenticator((await core.beginTotp(own.accessToken)).secret) };
}

/** Ada has set up an authenticator a minute ago, by `own`. */
async function enrolled(): Promise<Scene & { readonly recoveryCodes: readonly string[] }> {
  const core = await makeCore();
  const own = await core.register(ada);
  const other = await core.login(byEmail);
  core.clock.advance(1_000);
  const factor = await enrol(core, own.accessToken);
  core.clock.advance(MINUTE);
  const { accessToken } = await core.refresh(own.refreshToken);
  return { core, own: { ...own, accessToken }, other, ...factor };
}

const confirm =
  (endOtherSessions: boolean): Call =>
  (core, { own, code }) =>
    core.confirmTotp({ accessToken: own.accessToken, code: code(core), endOtherSessions });

const change = (core: Core, { accessToken }: SessionGrant) =>
  core.changePassword({ accessToken, currentPassword: ada.password, newPassword: NEW, client });

/** What ends the session `own` together with its epoch. */
const ENDINGS: Record<string, Call> = {
  "a logout of all": (core, { own }) => core.logoutEverywhere(own.accessToken, "all"),
  "a logout of the others by another session": (core, { other }) =>
    core.logoutEverywhere(other.accessToken, "others"),
  "a mailed reset": async (core, { own }) => {
    const token = await mailedLink(core, "reset_password", own);
    await core.resetPassword({ token, newPassword: NEW, client });
  },
  disabling: (core) => core.disableUser(ada.email),
  "disabling and enabling": async (core) => {
    await core.disableUser(ada.email);
    await core.enableUser(ada.email);
  },
  "an operator who sets the password": (core) => core.setPassword(ada.email, NEW),
  "an operator who deletes the account": (core) => core.deleteUser(ada.email),
};

/** Of an account without a factor, also by a session of the password alone. */
const ENDINGS_BEFORE: Record<string, Call> = {
  ...ENDINGS,
  "a change of password by another session": (core, { other }) => change(core, other),
  "the end of the account, and another with its address": async (core, { other }) => {
    const { accessToken } = other;
    await core.deleteAccount({ accessToken, password: ada.password, client });
    await core.register(ada);
  },
};

/** Runs `late` up to its step `stop`, then `early`, then the rest; `undefined` if it has fewer steps. */
async function overtaken<S extends Scene>(
  stop: number,
  prepare: () => Promise<S>,
  late: (core: Core, scene: S) => Promise<unknown>,
  early: (core: Core, scene: S) => Promise<unknown>,
) {
  const scene = await prepare();
  const steps = stepped(scene.core.storage, stop);
  const slow = await makeCore(() => steps.ports, {}, scene.core);
  const lateEnd = late(slow, scene).then(
    (result) => ({ outcome: "none", result }),
    (error) => ({ outcome: (error.code ?? error) as string, result: undefined }),
  );
  if (!(await Promise.race([steps.reached.then(() => true), lateEnd.then(() => false)]))) return undefined;
  const before = await storedUser(scene.core);
  const earlyOutcome = await refusal(early(scene.core, scene));
  const between = await storedUser(scene.core);
  steps.goOn();
  return { ...scene, before, early: earlyOutcome, between, late: await lateEnd };
}

/** Runs `killed` up to its step `stop`, and no further; `undefined` if it has fewer steps. */
async function killed<S extends Scene>(
  stop: number,
  prepare: () => Promise<S>,
  call: (core: Core, scene: S) => Promise<unknown>,
) {
  const scene = await prepare();
  const steps = stepped(scene.core.storage, stop);
  const dying = await makeCore(() => steps.ports, {}, scene.core);
  const ran = call(dying, scene).catch(() => {});
  const wasReached = await Promise.race([steps.reached.then(() => true), ran.then(() => false)]);
  return wasReached ? scene : undefined;
}

const lives = async (core: Core, { accessToken, refreshToken }: SessionGrant) =>
  [await refusal(core.me(accessToken)), await refusal(core.refresh(refreshToken))].includes("none");

describe("a session that ends", () => {
  it.each(Object.keys(ENDINGS_BEFORE).flatMap((name) => [false, true].map((ends) => [name, ends] as const)))(
    "with %s sets up no factor afterwards (end_other_sessions: %s)",
    async (name, ends) => {
      let stop = 0;
      for (; ; stop += 1) {
        const run = await overtaken(stop, begun, confirm(ends), ENDINGS_BEFORE[name] as Call);
        if (run === undefined) break;
        const { core, own, before, early, between, late } = run;
        const wasSet = before.factors?.totp !== undefined;
        expect([stop, late.outcome]).toEqual([stop, wasSet ? "none" : "revoked_token"]);
        expect([stop, (await storedUser(core))?.factors]).toEqual([stop, between?.factors]);
        // with the factor in place, a session of the password alone may have ended, or can no longer do that
        if (!wasSet) expect([stop, early]).toEqual([stop, "none"]);
        if (early === "none") expect([stop, await lives(core, own)]).toEqual([stop, false]);
      }
      expect(stop).toBeGreaterThan(2);
    },
  );

  it.each(Object.keys(ENDINGS_BEFORE))("with %s begins no factor afterwards", async (name) => {
    for (let stop = 0; ; stop += 1) {
      const begin: Call = (core, { own }) => core.beginTotp(own.accessToken);
      const run = await overtaken(stop, begun, begin, ENDINGS_BEFORE[name] as Call);
      if (run === undefined) return expect(stop).toBeGreaterThan(2);
      expect([stop, (await storedUser(run.core))?.factors]).toEqual([stop, run.between?.factors]);
      expect([stop, run.late.outcome]).toEqual([stop, "revoked_token"]);
    }
  });

  it.each(Object.keys(ENDINGS).flatMap((name) => ["removeTotp", "renewRecoveryCodes"].map((c) => [name, c])))(
    "with %s changes no factor afterwards by %s",
    async (name, call) => {
      let applied = 0;
      for (let stop = 0; ; stop += 1) {
        const late: Call = (core, { own }) =>
          core[call as "removeTotp" | "renewRecoveryCodes"](own.accessToken);
        const early = ENDINGS[name] as Call;
        const run = await overtaken(stop, enrolled, late, early);
        if (run === undefined) return expect(applied).toBeLessThan(stop);
        expect([stop, (await storedUser(run.core))?.factors]).toEqual([stop, run.between?.factors]);
        if (run.late.outcome === "none") applied += 1;
      }
    },
  );
});

describe("a login under way", () => {
  it.each([false, true])(
    "while a factor is set up gets in with nothing more than before (end_other_sessions: %s)",
    async (ends) => {
      for (let stop = 0; ; stop += 1) {
        const login: Call = (core) => core.login(byEmail);
        const run = await overtaken(stop, begun, login, confirm(ends));
        if (run === undefined) return expect(stop).toBeGreaterThan(1);
        const { core, late, code } = run;
        expect([stop, run.early]).toEqual([stop, "none"]);
        if (late.outcome !== "none") {
          // its challenge is of the epoch before, or has still to be answered
          expect([stop, late.outcome]).toEqual([stop, "second_factor_required"]);
          continue;
        }
        const grant = late.result as SessionGrant;
        if (ends) expect([stop, await lives(core, grant)]).toEqual([stop, false]);
        const { accessToken } = grant;
        const changes = [
          core.removeTotp(accessToken),
          core.renewRecoveryCodes(accessToken),
          core.deleteAccount({ accessToken, password: ada.password, client }),
          core.changePassword({ accessToken, currentPassword: ada.password, newPassword: NEW, client }),
          core.reauthenticate({ accessToken, password: ada.password, client }),
        ];
        for (const each of changes)
          expect([stop, await refusal(each)]).toEqual([
            stop,
            ends ? "revoked_token" : "reauthentication_required",
          ]);
        expect(code(core)).toMatch(/^\d{6}$/);
      }
    },
  );

  it.each(Object.keys(ENDINGS))("whose second step %s overtakes gives nothing that lives", async (name) => {
    for (let stop = 0; ; stop += 1) {
      const prepare = async () => {
        const scene = await enrolled();
        return { ...scene, challenge: await challengeOf(scene.core) };
      };
      const run = await overtaken(
        stop,
        prepare,
        (core, { challenge, code }) => core.completeLogin({ challenge, code: code(core), client }),
        ENDINGS[name] as Call,
      );
      if (run === undefined) return expect(stop).toBeGreaterThan(3);
      const { late, core } = run;
      // no code is used up for a login that has ended
      expect([stop, (await storedUser(core))?.factors]).toEqual([stop, run.between?.factors]);
      if (late.outcome === "none")
        expect([stop, await lives(core, late.result as SessionGrant)]).toEqual([stop, false]);
      else expect([stop, late.outcome]).toEqual([stop, "invalid_factor"]);
    }
  });

  it.each(["removeTotp", "resetFactors"])(
    "whose second step %s overtakes gives a session or asks anew, and the password does then",
    async (name) => {
      for (let stop = 0; ; stop += 1) {
        const prepare = async () => {
          const scene = await enrolled();
          return { ...scene, challenge: await challengeOf(scene.core) };
        };
        const run = await overtaken(
          stop,
          prepare,
          (core, { challenge, code }) => core.completeLogin({ challenge, code: code(core), client }),
          (core, { own }) =>
            name === "removeTotp" ? core.removeTotp(own.accessToken) : core.resetFactors(ada.email),
        );
        if (run === undefined) return expect(stop).toBeGreaterThan(3);
        expect([stop, run.early]).toEqual([stop, "none"]);
        expect(["none", "invalid_factor"]).toContain(run.late.outcome);
        expect([stop, (await storedUser(run.core)).factors?.totp]).toEqual([stop, undefined]);
        expect(await refusal(run.core.login(byEmail))).toBe("none");
      }
    },
  );

  it("whose second step is killed leaves at most one session, and the owner can log in", async () => {
    for (const by of ["code", "recoveryCode"] as const) {
      for (let stop = 0; ; stop += 1) {
        const prepare = async () => {
          const scene = await enrolled();
          return { ...scene, challenge: await challengeOf(scene.core) };
        };
        const scene = await killed(stop, prepare, (core, { challenge, code, recoveryCodes }) =>
          core.completeLogin({
            challenge,
            client,
            ...(by === "code" ? { code: code(core) } : { recoveryCode: recoveryCodes[0] }),
          }),
        );
        if (scene === undefined) break;
        const { core, code, recoveryCodes } = scene;
        const sessions = await core.storage.sessions.list(undefined, 100);
        expect([stop, sessions.length <= 3]).toEqual([stop, true]);
        const answers = [{ code: code(core, 1) }, { recoveryCode: recoveryCodes[1] }];
        for (const answer of answers) {
          const login = core.completeLogin({ challenge: await challengeOf(core), client, ...answer });
          expect([stop, await refusal(login)]).toEqual([stop, "none"]);
        }
      }
    }
  });
});

describe("a reauthentication by code", () => {
  const again: Call = (core, { own, code }) =>
    core.reauthenticate({ accessToken: own.accessToken, code: code(core), client });

  it.each(Object.keys(ENDINGS))(
    "that %s overtakes gives nothing that lives, and uses no code up",
    async (name) => {
      for (let stop = 0; ; stop += 1) {
        const run = await overtaken(stop, enrolled, again, ENDINGS[name] as Call);
        if (run === undefined) return expect(stop).toBeGreaterThan(5);
        const { late, core, own } = run;
        expect([stop, (await storedUser(core))?.factors]).toEqual([stop, run.between?.factors]);
        if (late.outcome === "none") {
          const { accessToken } = late.result as SessionGrant;
          expect([stop, await refusal(core.me(accessToken))]).toEqual([stop, "revoked_token"]);
        } else
          expect([stop, late.outcome]).toEqual([
            stop,
            expect.stringMatching(/^(revoked|invalid)_(token|factor)$/),
          ]);
        expect([stop, await lives(core, own)]).toEqual([stop, false]);
      }
    },
  );

  it("that is killed leaves a session that can do as before, and is raised by the next code", async () => {
    for (let stop = 0; ; stop += 1) {
      const scene = await killed(stop, enrolled, again);
      if (scene === undefined) return expect(stop).toBeGreaterThan(5);
      const { core, own, code } = scene;
      expect([stop, await refusal(core.refresh(own.refreshToken))]).toEqual([stop, "none"]);
      const next = { accessToken: own.accessToken, code: code(core, 1), client };
      expect([stop, await refusal(core.reauthenticate(next))]).toEqual([stop, "none"]);
    }
  });
});

describe("setting up that is killed", () => {
  it.each([false, true])(
    "is done or not begun, and locks nobody out (end_other_sessions: %s)",
    async (ends) => {
      const seen = new Set<boolean>();
      for (let stop = 0; ; stop += 1) {
        const scene = await killed(stop, begun, confirm(ends));
        if (scene === undefined) break;
        const { core, own, other, code } = scene;
        const isSet = (await storedUser(core)).factors?.totp !== undefined;
        seen.add(isSet);
        expect([stop, await refusal(core.refresh(own.refreshToken))]).toEqual([stop, "none"]);
        expect([stop, await lives(core, other)]).toEqual([stop, !(ends && isSet)]);
        core.clock.advance(MINUTE);
        if (isSet) {
          const login = core.completeLogin({ challenge: await challengeOf(core), code: code(core), client });
          const { accessToken } = await login;
          // the answer with the recovery codes is lost
          expect(await core.renewRecoveryCodes(accessToken)).toHaveLength(10);
        } else {
          expect([stop, await refusal(core.login(byEmail))]).toEqual([stop, "none"]);
          expect([stop, await refusal(confirm(ends)(core, scene))]).toEqual([stop, "none"]);
        }
      }
      expect(seen).toEqual(new Set([true, false]));
    },
  );

  it("repeated because its answer was lost says that the factor is there", async () => {
    const scene = await begun();
    const { core, own } = scene;
    await confirm(false)(core, scene);
    expect(await refusal(confirm(false)(core, scene))).toBe("factor_exists");
    const { accessToken } = await core.refresh(own.refreshToken);
    expect(await core.renewRecoveryCodes(accessToken)).toHaveLength(10);
  });
});

describe("removing that is killed", () => {
  it("is done or not begun, and locks nobody out", async () => {
    const seen = new Set<boolean>();
    for (let stop = 0; ; stop += 1) {
      const prepare = async () => {
        const scene = await enrolled();
        await verifyAddress(scene.core);
        return scene;
      };
      const scene = await killed(stop, prepare, (core, { own }) => core.removeTotp(own.accessToken));
      if (scene === undefined) break;
      const { core, own, code } = scene;
      const isSet = (await storedUser(core)).factors?.totp !== undefined;
      seen.add(isSet);
      const login = await core.login(byEmail).catch((error) => error);
      if (!isSet) expect([stop, "accessToken" in login]).toEqual([stop, true]);
      else {
        const { challenge } = login.secondFactor;
        expect(await refusal(core.completeLogin({ challenge, code: code(core), client }))).toBe("none");
      }
      expect(await refusal(core.removeTotp(own.accessToken))).toBe(isSet ? "none" : "not_found");
    }
    expect(seen).toEqual(new Set([true, false]));
  });
});

describe("a factor that is set up while the password changes", () => {
  const CHANGES: Record<string, Call> = {
    "by its session": (core, { own }) => change(core, own),
    "by a mailed reset": async (core, { own }) => {
      const token = await mailedLink(core, "reset_password", own);
      await core.resetPassword({ token, newPassword: NEW, client });
    },
    "by an operator": (core) => core.setPassword(ada.email, NEW),
  };

  it.each(Object.keys(CHANGES))(
    "%s, at whatever step, holds for the new password if it was set up",
    async (name) => {
      for (let stop = 0; ; stop += 1) {
        const run = await overtaken(stop, begun, CHANGES[name] as Call, confirm(false));
        if (run === undefined) return expect(stop).toBeGreaterThan(1);
        const { core, early, late } = run;
        const isSet = (await storedUser(core)).factors?.totp !== undefined;
        expect([stop, isSet]).toEqual([stop, early === "none"]);
        const password = late.outcome === "none" ? NEW : ada.password;
        const login = await refusal(core.login({ ...byEmail, password }));
        expect([stop, login]).toEqual([stop, isSet ? "second_factor_required" : "none"]);
      }
    },
  );
});

it("of a removal and new codes at once, whichever is late finds what the other left", async () => {
  for (let stop = 0; ; stop += 1) {
    const run = await overtaken(
      stop,
      enrolled,
      (core, { own }) => core.renewRecoveryCodes(own.accessToken),
      (core, { own }) => core.removeTotp(own.accessToken),
    );
    if (run === undefined) break;
    expect([stop, run.early]).toEqual([stop, "none"]);
    expect(["none", "not_found"]).toContain(run.late.outcome);
    const { factors } = await storedUser(run.core);
    expect([stop, factors?.totp, factors?.recoveryCodes]).toEqual([stop, undefined, undefined]);
  }
});

it("an authenticator that another process removes and sets up anew takes no code of the former one", async () => {
  const { core, own, ...former } = await withTotp();
  const challenge = await challengeOf(core);
  const steps = stepped(core.storage, 0);
  const slow = await makeCore(() => steps.ports, {}, core);
  const answer = refusal(slow.completeLogin({ challenge, code: former.code(core), client }));
  await steps.reached;
  await core.removeTotp(own.accessToken);
  await enrol(core, own.accessToken);
  steps.goOn();
  expect(await answer).toBe("invalid_factor");
});
