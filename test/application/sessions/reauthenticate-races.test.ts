import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import type { AccessGrant, SessionGrant } from "../../../src/application/sessions/session-grant.ts";
import { ada, client, makeCore, refusal, START } from "../../support/core.ts";
import { makeSteps, stepped } from "../../support/stepped.ts";

/**
 * A reauthentication is stopped before each of its storage calls, and before its hash, while another process ends the
 * session or changes the account; then it goes on.
 */

type Core = Awaited<ReturnType<typeof makeCore>>;

const MINUTE = 60_000;
const NEW = "another horse";
const byEmail = { email: ada.email, password: ada.password, client };
const again = (core: Core, accessToken: string, password = ada.password) =>
  core.reauthenticate({ accessToken, password, client });
const change = (core: Core, accessToken: string) =>
  core.changePassword({ accessToken, currentPassword: ada.password, newPassword: NEW, client });

const ending: Record<string, (core: Core, own: SessionGrant) => Promise<unknown>> = {
  "a logout": (core, own) => core.logout(own.refreshToken),
  "a logout of all": (core, own) => core.logoutEverywhere(own.accessToken, "all"),
  "a logout of the others": async (core) =>
    core.logoutEverywhere((await core.login(byEmail)).accessToken, "others"),
  "a change of password by another session": async (core) =>
    change(core, (await core.login(byEmail)).accessToken),
  "an operator who disables the account": (core) => core.disableUser(ada.email),
  "an operator who disables it and enables it again": async (core) => {
    await core.disableUser(ada.email);
    await core.enableUser(ada.email);
  },
  "an operator who sets the password": (core) => core.setPassword(ada.email, NEW),
  "the end of the account": (core, own) =>
    core.deleteAccount({ accessToken: own.accessToken, password: ada.password, client }),
  "the end of the account, and another with its address": async (core, own) => {
    await core.deleteAccount({ accessToken: own.accessToken, password: ada.password, client });
    await core.register(ada);
  },
};

/** Runs `meanwhile` while a reauthentication stands before its step `stop`. Resolves to `undefined` beyond the last. */
async function overtaken(stop: number, meanwhile: (core: Core, own: SessionGrant) => Promise<unknown>) {
  const fast = await makeCore();
  const own = await fast.register(ada);
  fast.clock.advance(MINUTE);
  const steps = stepped(fast.storage, stop);
  const slow = await makeCore(() => steps.ports, {}, fast);
  const raised = again(slow, own.accessToken).catch((error) => error.code as string);
  const wasReached = await Promise.race([steps.reached.then(() => true), raised.then(() => false)]);
  if (!wasReached) return undefined;
  await meanwhile(fast, own);
  steps.goOn();
  return { fast, own, outcome: await raised };
}

const isGrant = (outcome: AccessGrant | string): outcome is AccessGrant => typeof outcome !== "string";

describe("a reauthentication", () => {
  it.each(Object.keys(ending))(
    "that %s overtakes, at whatever step, raises nothing that lives",
    async (name) => {
      let stop = 0;
      for (; ; stop += 1) {
        const run = await overtaken(stop, ending[name] as (typeof ending)[string]);
        if (run === undefined) break;
        const { fast, own, outcome } = run;
        if (isGrant(outcome))
          expect([stop, await refusal(fast.me(outcome.accessToken))]).toEqual([stop, "revoked_token"]);
        else expect([stop, outcome]).toEqual([stop, expect.stringMatching(/^(revoked|invalid)_token$/)]);
        expect([stop, await refusal(fast.me(own.accessToken))]).toEqual([stop, "revoked_token"]);
        expect([stop, await refusal(fast.refresh(own.refreshToken))]).toEqual([stop, "revoked_token"]);
      }
      // the user, the revocations and the session; the step; the user and the revocations once more
      expect(stop).toBeGreaterThanOrEqual(6);
    },
  );

  it.each(["a logout", "an operator who disables the account", "the end of the account"])(
    "that %s overtakes while its password is hashed is refused",
    async (name) => {
      const fast = await makeCore();
      const own = await fast.register(ada);
      const steps = makeSteps(0);
      const verify = steps.wrap({ verify: fast.core.hasher.verify }).verify;
      const slow = await makeCore(() => ({ hasher: { ...fast.core.hasher, verify } }), {}, fast);
      const raised = refusal(again(slow, own.accessToken));
      await steps.reached;
      await ending[name]?.(fast, own);
      steps.goOn();
      expect(await raised).toBe("revoked_token");
      expect(slow.reported.map(({ type }) => type)).not.toContain("reauthenticated");
    },
  );

  it("that a change of password in the same session overtakes is refused for the old password", async () => {
    let refused = 0;
    for (let stop = 0; ; stop += 1) {
      const run = await overtaken(stop, (core, own) => change(core, own.accessToken));
      if (run === undefined) break;
      const { fast, own, outcome } = run;
      expect([stop, await refusal(fast.me(own.accessToken))]).toEqual([stop, "none"]);
      if (outcome === "invalid_credentials") refused += 1;
      else expect([stop, isGrant(outcome)]).toEqual([stop, true]);
    }
    // all but the two reads after the step, which may be made before the change
    expect(refused).toBeGreaterThanOrEqual(5);
  });

  it("and another in the same session both succeed", async () => {
    for (let stop = 0; ; stop += 1) {
      const run = await overtaken(stop, async (core, own) => {
        core.clock.advance(MINUTE);
        await again(core, own.accessToken);
      });
      if (run === undefined) break;
      const { fast, own, outcome } = run;
      if (!isGrant(outcome)) throw new Error(`step ${stop}: ${outcome}`);
      // of two, either may be the last; the session is never newer than both
      const [early, late] = [MINUTE, 2 * MINUTE].map((ms) => (START.getTime() + ms) / 1_000);
      const { auth_time: stored } = decodeJwt((await fast.refresh(own.refreshToken)).accessToken);
      expect([early, late]).toContain(stored);
      expect([early, late]).toContain(decodeJwt(outcome.accessToken).auth_time);
      expect(await refusal(fast.me(outcome.accessToken))).toBe("none");
    }
  });

  it("that is killed at whatever step leaves a session that can do as before", async () => {
    for (let stop = 0; ; stop += 1) {
      const alive = await makeCore();
      const own = await alive.register(ada);
      const steps = stepped(alive.storage, stop);
      const killed = await makeCore(() => steps.ports, {}, alive);
      const ran = again(killed, own.accessToken);
      const wasReached = await Promise.race([steps.reached.then(() => true), ran.then(() => false)]);
      if (!wasReached) break;
      expect([stop, await refusal(alive.refresh(own.refreshToken))]).toEqual([stop, "none"]);
      expect([stop, await refusal(again(alive, own.accessToken))]).toEqual([stop, "none"]);
    }
  });

  it("20 at once in one session all succeed", async () => {
    const core = await makeCore();
    const own = await core.register(ada);
    core.clock.advance(MINUTE);
    const codes = await Promise.all(Array.from({ length: 20 }, () => refusal(again(core, own.accessToken))));
    expect(new Set(codes)).toEqual(new Set(["none"]));
  });
});
