import { describe, expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { stepped } from "../../support/stepped.ts";

const bob = { ...ada, username: "Bob", email: "bob@example.com" };
const byEmail = { email: ada.email, password: ada.password, client };

async function withAda(env: Record<string, string> = {}) {
  const core = await makeCore(undefined, env);
  const grant = await core.register(ada);
  const id = (await core.storage.users.findByUsername("ada"))?.id as string;
  core.reported.splice(0);
  return { ...core, grant, id };
}

describe("an account for an operator", () => {
  it("is found by id, address or name, in any spelling", async () => {
    const { showUser, register, id } = await withAda();
    await register(bob);
    for (const who of [id, " ADA@example.com", "aDa "]) expect((await showUser(who)).user.id).toBe(id);
    for (const who of ["eve", "", id.toUpperCase(), "eve@example.com"]) {
      expect(await refusal(showUser(who))).toBe("not_found");
    }
  });

  it("is found by its id first, also if another account has that id as its name", async () => {
    const { showUser, register, id } = await withAda();
    await register({ ...bob, username: id });
    expect((await showUser(id)).user.username.shown).toBe("Ada");
  });

  it("is shown with the sessions that live, the latest first", async () => {
    const { showUser, login, logout, id, grant, clock } = await withAda();
    clock.advance(1_000);
    await login({ ...byEmail, client: { ...client, userAgent: "second" } });
    clock.advance(1_000);
    await login({ ...byEmail, client: { ...client, userAgent: "third" } });
    await logout(grant.refreshToken);
    expect((await showUser(id)).sessions.map(({ userAgent }) => userAgent)).toEqual(["third", "second"]);
  });
});

describe("creating", () => {
  it("makes an account that can log in, with registration closed, and no session", async () => {
    const { createUser, showUser, login, reported } = await makeCore(undefined, { REGISTRATION: "closed" });
    const { id } = await createUser(ada);
    expect(reported).toEqual([{ type: "user_created", userId: id }]);
    expect((await showUser(id)).sessions).toEqual([]);
    expect(await login(byEmail)).toMatchObject({ username: "Ada" });
  });

  it("has the rules of registering", async () => {
    const { createUser, storage } = await makeCore();
    const fault = await createUser({ username: "a@b", email: "nobody", password: "short" }).catch((e) => e);
    expect(fault.fields.map(({ path }: { path: string }) => path)).toEqual(["username", "email", "password"]);
    expect(await storage.users.list(undefined, 9)).toEqual([]);
    await createUser(ada);
    expect(await refusal(createUser({ ...bob, username: "ADA" }))).toBe("username_taken");
    expect(await refusal(createUser({ ...bob, email: "ada@example.COM" }))).toBe("email_taken");
  });
});

describe("disabling", () => {
  it("ends all sessions at once and refuses logins", async () => {
    const { disableUser, showUser, login, me, refresh, grant, id, reported } = await withAda();
    await login(byEmail);
    reported.splice(0);
    expect(await disableUser("ada")).toMatchObject({ user: { id }, alreadyApplied: false, ended: 2 });
    expect(reported).toEqual([{ type: "user_disabled", userId: id }]);
    expect(await refusal(me(grant.accessToken))).toBe("revoked_token");
    expect(await refusal(refresh(grant.refreshToken))).toBe("revoked_token");
    expect(await refusal(login(byEmail))).toBe("invalid_credentials");
    expect((await showUser(id)).sessions).toEqual([]);
  });

  it("again does nothing", async () => {
    const { disableUser, storage, reported, id } = await withAda();
    await disableUser("ada");
    const [before] = await storage.users.list(undefined, 1);
    expect(await disableUser("ada")).toMatchObject({ alreadyApplied: true, ended: 0 });
    expect(await storage.users.findById(id)).toEqual(before);
    expect(reported).toHaveLength(1);
  });
});

describe("enabling", () => {
  it("lets the owner log in again, and brings no session back", async () => {
    const { disableUser, enableUser, login, me, refresh, grant, id, reported } = await withAda();
    await disableUser("ada");
    expect(await enableUser("ada")).toMatchObject({ user: { id }, alreadyApplied: false, ended: 0 });
    expect(reported.at(-1)).toEqual({ type: "user_enabled", userId: id });
    expect(await refusal(me(grant.accessToken))).toBe("revoked_token");
    expect(await refusal(refresh(grant.refreshToken))).toBe("revoked_token");
    expect(await refusal(login(byEmail))).toBe("none");
  });

  it("of an account that is not disabled ends no session", async () => {
    const { enableUser, me, grant, reported } = await withAda();
    expect(await enableUser("ada")).toMatchObject({ alreadyApplied: true });
    expect(await refusal(me(grant.accessToken))).toBe("none");
    expect(reported).toEqual([]);
  });
});

describe("setting a password", () => {
  it("takes the place of the old one and ends all sessions", async () => {
    const { setPassword, login, me, grant, id, reported } = await withAda();
    expect(await setPassword(id, "another horse")).toMatchObject({ ended: 1 });
    expect(reported).toEqual([{ type: "password_set", userId: id }]);
    expect(await refusal(me(grant.accessToken))).toBe("revoked_token");
    expect(await refusal(login(byEmail))).toBe("invalid_credentials");
    expect(await refusal(login({ ...byEmail, password: "another horse" }))).toBe("none");
  });

  it("has the rules of registering, the owner's name among them", async () => {
    const { setPassword, me, grant } = await withAda({ PASSWORD_MIN_LENGTH: "12" });
    expect(await refusal(setPassword("ada", "elevenchars"))).toBe("validation_failed");
    expect(await refusal(setPassword("eve", "another horse"))).toBe("not_found");
    expect(await refusal(me(grant.accessToken))).toBe("none");
  });

  it("leaves a disabled account disabled", async () => {
    const { setPassword, disableUser, login } = await withAda();
    await disableUser("ada");
    await setPassword("ada", "another horse");
    expect(await refusal(login({ ...byEmail, password: "another horse" }))).toBe("invalid_credentials");
  });
});

it("deleting ends all sessions and frees name and address", async () => {
  const { deleteUser, register, me, grant, id, reported, storage } = await withAda();
  expect((await deleteUser("ada@example.com")).id).toBe(id);
  expect(reported).toEqual([{ type: "account_deleted", userId: id, by: "operator" }]);
  expect(await refusal(me(grant.accessToken))).toBe("revoked_token");
  expect(await storage.sessions.listOf(id, 9)).toEqual([]);
  expect(await refusal(deleteUser(id))).toBe("not_found");
  expect(await refusal(register(ada))).toBe("none");
});

describe("ending one session", () => {
  it("ends that one, of any user, and no other", async () => {
    const { endAnySession, showUser, login, me, refresh, grant, id, reported, clock } = await withAda();
    clock.advance(1_000);
    const other = await login(byEmail);
    const sessionId = (await showUser(id)).sessions[1]?.id as string;
    reported.splice(0);
    expect(await endAnySession(sessionId)).toMatchObject({ id: sessionId, userId: id });
    expect(reported).toEqual([{ type: "session_ended", userId: id, sessionId, by: "operator" }]);
    expect(await refusal(me(grant.accessToken))).toBe("revoked_token");
    expect(await refusal(refresh(grant.refreshToken))).toBe("revoked_token");
    expect(await refusal(me(other.accessToken))).toBe("none");
  });

  it("finds no session that is expired, ended or unknown", async () => {
    const { endAnySession, showUser, disableUser, enableUser, login, storage, id, clock } = await withAda();
    expect(await refusal(endAnySession("no-such-session"))).toBe("not_found");
    const [first] = (await showUser(id)).sessions;
    await endAnySession(first?.id as string);
    // as if the process had been killed before it tidied
    await storage.sessions.add(first as NonNullable<typeof first>);
    expect(await refusal(endAnySession(first?.id as string))).toBe("not_found");
    await login(byEmail);
    const [second] = (await showUser(id)).sessions;
    await disableUser(id);
    await enableUser(id);
    await storage.sessions.add(second as NonNullable<typeof second>);
    expect(await refusal(endAnySession(second?.id as string))).toBe("not_found");
    await login(byEmail);
    const [third] = (await showUser(id)).sessions;
    clock.advance(31 * 86_400_000);
    expect(await refusal(endAnySession(third?.id as string))).toBe("not_found");
  });
});

type Core = Awaited<ReturnType<typeof withAda>>;

/** Changes by an operator, with the password that is valid afterwards, if any. */
const changes: Record<string, [run: (core: Core, id: string) => Promise<unknown>, password?: string]> = {
  disabling: [(core, id) => core.disableUser(id)],
  "setting a password": [(core, id) => core.setPassword(id, "another horse"), "another horse"],
  deleting: [(core, id) => core.deleteUser(id)],
};

it.each(Object.keys(changes))("%s holds, whichever change comes between its steps", async (name) => {
  const [run, password] = changes[name] as (typeof changes)[string];
  for (let stop = 0; ; stop += 1) {
    const fast = await withAda();
    const steps = stepped(fast.storage, stop);
    const slow = await makeCore(() => steps.ports, {}, fast);
    const done = run({ ...slow, grant: fast.grant, id: fast.id }, fast.id);
    const wasReached = await Promise.race([steps.reached.then(() => true), done.then(() => false)]);
    if (!wasReached) return expect(stop).toBeGreaterThan(1);
    const between = await fast.login(byEmail).catch(() => undefined);
    if (between) await fast.logoutEverywhere(between.accessToken, "others").catch(() => {});
    steps.goOn();
    await done;
    if (between) expect([stop, await refusal(fast.me(between.accessToken))]).toEqual([stop, "revoked_token"]);
    const next = { ...byEmail, password: password ?? ada.password };
    expect([stop, await refusal(fast.login(next))]).toEqual([
      stop,
      password === undefined ? "invalid_credentials" : "none",
    ]);
  }
});

describe("verifying", () => {
  it("marks the address as verified, and leaves the rest", async () => {
    const { verifyUser, me, grant, id, reported, storage } = await withAda();
    const before = await storage.users.findById(id);
    expect(await verifyUser(" ADA@example.com")).toMatchObject({
      user: { id, emailVerified: true },
      alreadyApplied: false,
    });
    expect(await storage.users.findById(id)).toEqual({ ...before, emailVerified: true });
    expect(await verifyUser("ada")).toMatchObject({ alreadyApplied: true });
    expect(reported).toEqual([{ type: "user_verified", userId: id }]);
    expect(await refusal(me(grant.accessToken))).toBe("none");
    expect(await refusal(verifyUser("nobody"))).toBe("not_found");
  });

  it("verifies no address that the account has got meanwhile", async () => {
    const { core, users } = await withRenameFirst();
    await core.register(ada);
    expect(await refusal(core.verifyUser("ada"))).toBe("not_found");
    expect(await users.findByUsername("ada")).toMatchObject({
      email: { canonical: "new@example.com" },
      emailVerified: false,
    });
  });

  /** The address changes just before the operator's write. */
  async function withRenameFirst() {
    const { storage } = await makeCore();
    const { users } = storage;
    const email = { shown: "new@example.com", canonical: "new@example.com" };
    let isChanged = false;
    const racing: typeof users = {
      ...users,
      async rename(expected, changes) {
        if (!isChanged) {
          isChanged = true;
          await users.rename(expected, { email });
        }
        return users.rename(expected, changes);
      },
    };
    return { core: await makeCore(() => ({ users: racing })), users };
  }
});

describe("the list of accounts", () => {
  it("has the accounts that match every part of the filter, with times relative to now", async () => {
    const { listUsers, register, disableUser, verifyUser, clock } = await withAda();
    clock.advance(60_000);
    await register(bob);
    await disableUser("bob");
    await verifyUser("ada");
    const names = async (filter?: Parameters<typeof listUsers>[0]) => {
      const found: string[] = [];
      for await (const { username } of listUsers(filter)) found.push(username.shown);
      return found.sort();
    };
    expect(await names()).toEqual(["Ada", "Bob"]);
    expect(await names({ verified: true })).toEqual(["Ada"]);
    expect(await names({ verified: false, disabled: true })).toEqual(["Bob"]);
    expect(await names({ verified: true, disabled: true })).toEqual([]);
    expect(await names({ createdSince: { agoMs: 30_000 } })).toEqual(["Bob"]);
    expect(await names({ createdUntil: { agoMs: 30_000 } })).toEqual(["Ada"]);
    expect(await names({ createdSince: clock.now() })).toEqual(["Bob"]);
    expect(await names({ createdUntil: clock.now() })).toEqual(["Ada"]);
  });
});
