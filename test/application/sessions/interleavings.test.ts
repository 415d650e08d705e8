import { describe, expect, it } from "vitest";
import type { SessionGrant } from "../../../src/application/sessions/session-grant.ts";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { stepped } from "../../support/stepped.ts";

/**
 * Two processes on one storage. One pauses before each of its storage calls in turn while the other completes a use
 * case. Then the first goes on, or never does.
 */

type Core = Awaited<ReturnType<typeof makeCore>>;
type Tokens = Partial<SessionGrant>;

const NEW_PASSWORD = "another horse";
const byEmail = { email: ada.email, password: ada.password, client };

/** Use cases that issue tokens. */
const minting: Record<string, (core: Core, own: SessionGrant) => Promise<Tokens>> = {
  "a login": (core) => core.login(byEmail),
  "a refresh": (core, own) => core.refresh(own.refreshToken),
};

/** Use cases that end the session of the tokens and, if `logins`, every login that began earlier. */
const ending: Record<string, { run: (core: Core, own: SessionGrant) => Promise<unknown>; logins: boolean }> =
  {
    "a logout": { run: (core, own) => core.logout(own.refreshToken), logins: false },
    "a logout by an access token": { run: (core, own) => core.logout(own.accessToken), logins: false },
    "a logout of all": { run: (core, own) => core.logoutEverywhere(own.accessToken, "all"), logins: true },
    "a logout of the others by another session": {
      run: async (core) => core.logoutEverywhere((await core.login(byEmail)).accessToken, "others"),
      logins: true,
    },
    "a change of password by another session": {
      run: async (core) =>
        core.changePassword({
          accessToken: (await core.login(byEmail)).accessToken,
          currentPassword: ada.password,
          newPassword: NEW_PASSWORD,
          client,
        }),
      logins: true,
    },
    "an operator who disables the account": {
      run: (core, own) => core.disableUser(own.email),
      logins: true,
    },
    "an operator who sets the password": {
      run: (core, own) => core.setPassword(own.email, NEW_PASSWORD),
      logins: true,
    },
    "the end of the account": {
      run: (core, own) =>
        core.deleteAccount({ accessToken: own.accessToken, password: ada.password, client }),
      logins: true,
    },
  };

async function lives(core: Core, { accessToken, refreshToken }: Tokens): Promise<boolean> {
  const refusals = await Promise.all([
    accessToken === undefined ? "none given" : refusal(core.me(accessToken)),
    refreshToken === undefined ? "none given" : refusal(core.refresh(refreshToken)),
  ]);
  return refusals.includes("none");
}

describe.each(["false", "true"])("with REFRESH_ROTATION=%s", (REFRESH_ROTATION) => {
  const pairs = Object.keys(minting).flatMap((mints) =>
    Object.keys(ending).map((ends) => [mints, ends] as const),
  );

  it.each(pairs)("%s that %s overtakes, at any step, issues no valid token", async (mints, ends) => {
    const { run, logins } = ending[ends] as (typeof ending)[string];
    if (mints === "a login" && !logins) return expect(ends).toMatch(/^a logout( by an access token)?$/);
    for (let stop = 0; ; stop += 1) {
      const fast = await makeCore(undefined, { REFRESH_ROTATION });
      const own = await fast.register(ada);
      const steps = stepped(fast.storage, stop);
      const slow = await makeCore(() => steps.ports, { REFRESH_ROTATION }, fast);
      const minted = minting[mints]?.(slow, own).catch(() => ({})) as Promise<Tokens>;
      const wasReached = await Promise.race([steps.reached.then(() => true), minted.then(() => false)]);
      if (!wasReached) return expect(stop).toBeGreaterThan(1);
      // a login that first reads after the end began after it
      const beganBefore = mints !== "a login" || stop > 0;
      await run(fast, own);
      steps.goOn();
      const tokens = await minted;
      if (beganBefore) expect([stop, await lives(fast, tokens)]).toEqual([stop, false]);
      expect([stop, await lives(fast, own)]).toEqual([stop, false]);
    }
  });

  it.each(Object.keys(ending))("%s that is killed, at any step, is done or not begun", async (ends) => {
    const { run } = ending[ends] as (typeof ending)[string];
    let wereDone = 0;
    for (let stop = 0; ; stop += 1) {
      const alive = await makeCore(undefined, { REFRESH_ROTATION });
      const own = await alive.register(ada);
      const steps = stepped(alive.storage, stop);
      const killed = await makeCore(() => steps.ports, { REFRESH_ROTATION }, alive);
      const ran = run(killed, own);
      const wasReached = await Promise.race([steps.reached.then(() => true), ran.then(() => false)]);
      const me = await refusal(alive.me(own.accessToken));
      const refreshed = await refusal(alive.refresh(own.refreshToken));
      expect([stop, refreshed]).toEqual([stop, me]);
      if (me === "revoked_token") wereDone += 1;
      // the valid password must agree with the state of the sessions
      const withOld = await refusal(alive.login(byEmail));
      const withNew = await refusal(alive.login({ ...byEmail, password: NEW_PASSWORD }));
      if (me === "none") expect([withOld, withNew]).toEqual(["none", "invalid_credentials"]);
      if (!wasReached) break;
    }
    expect(wereDone).toBeGreaterThan(0);
  });
});

it("of two changes of password at once, one wins and the other is told that its password is wrong", async () => {
  for (let stop = 0; ; stop += 1) {
    const fast = await makeCore();
    const own = await fast.register(ada);
    const steps = stepped(fast.storage, stop);
    const slow = await makeCore(() => steps.ports, {}, fast);
    const change = (core: Core, newPassword: string) =>
      core.changePassword({
        accessToken: own.accessToken,
        currentPassword: ada.password,
        newPassword,
        client,
      });
    const late = refusal(change(slow, "the slow horse"));
    const wasReached = await Promise.race([steps.reached.then(() => true), late.then(() => false)]);
    if (!wasReached) break;
    const early = await refusal(change(fast, "the fast horse"));
    steps.goOn();
    const winners = [await late, early].filter((code) => code === "none");
    expect([stop, winners.length]).toEqual([stop, 1]);
    const logins = ["slow", "fast"].map((which) =>
      fast.login({ ...byEmail, password: `the ${which} horse` }),
    );
    expect((await Promise.all(logins.map(refusal))).filter((code) => code === "none")).toHaveLength(1);
    expect(await refusal(fast.me(own.accessToken))).toBe("none");
  }
});

it("a hash that is renewed never undoes a change of password meanwhile", async () => {
  for (let stop = 0; ; stop += 1) {
    const fast = await makeCore();
    const own = await fast.register(ada);
    const steps = stepped(fast.storage, stop);
    const { hasher } = fast.core;
    const slow = await makeCore(
      () => ({ ...steps.ports, hasher: { ...hasher, isOutdated: () => true } }),
      {},
      fast,
    );
    const login = refusal(slow.login(byEmail));
    const wasReached = await Promise.race([steps.reached.then(() => true), login.then(() => false)]);
    if (!wasReached) break;
    const { accessToken } = own;
    const change = { currentPassword: ada.password, newPassword: NEW_PASSWORD, client };
    await fast.changePassword({ accessToken, ...change });
    steps.goOn();
    await login;
    expect(await refusal(fast.login(byEmail))).toBe("invalid_credentials");
    expect(await refusal(fast.login({ ...byEmail, password: NEW_PASSWORD }))).toBe("none");
  }
});

it("an account that takes over the address of a deleted one gets none of its tokens", async () => {
  const core = await makeCore();
  const own = await core.register(ada);
  await core.deleteAccount({ accessToken: own.accessToken, password: ada.password, client });
  await core.register(ada);
  expect(await lives(core, own)).toBe(false);
});
