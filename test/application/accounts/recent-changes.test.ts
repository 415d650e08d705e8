import { describe, expect, it } from "vitest";
import type { User } from "../../../src/domain/user.ts";
import { ada, client, DAY_MS, makeCore, refusal } from "../../support/core.ts";

/** Changes that take the password, or in its place a token whose user authenticated in the last five minutes. */

type Core = Awaited<ReturnType<typeof makeCore>>;

const FIVE_MINUTES = 300_000;
const NEW = "another horse";
const byEmail = { email: ada.email, password: ada.password, client };

const changes: Record<string, (core: Core, accessToken: string, password?: string) => Promise<unknown>> = {
  "a new password": (core, accessToken, currentPassword) =>
    core.changePassword({ accessToken, currentPassword, newPassword: NEW, client }),
  "a new name": (core, accessToken, password) =>
    core.updateProfile({ accessToken, password, username: "Countess", client }),
  "a new address": (core, accessToken, password) =>
    core.updateProfile({ accessToken, password, email: "new@example.com", client }),
  "the end of the account": (core, accessToken, password) =>
    core.deleteAccount({ accessToken, password, client }),
};

describe.each(Object.entries(changes))("%s", (_, change) => {
  it("needs no password for five minutes after the login", async () => {
    const core = await makeCore();
    const { accessToken } = await core.register(ada);
    core.clock.advance(FIVE_MINUTES);
    expect(await refusal(change(core, accessToken))).toBe("none");
  });

  it("needs one a millisecond later, and changes nothing without it", async () => {
    const core = await makeCore();
    const { accessToken } = await core.register(ada);
    core.clock.advance(FIVE_MINUTES + 1);
    const before = core.reported.length;
    expect(await refusal(change(core, accessToken))).toBe("reauthentication_required");
    expect(core.reported.slice(before)).toEqual([]);
    expect(core.mails).toEqual([]);
    expect(await core.me(accessToken)).toMatchObject({ username: ada.username, email: ada.email });
    expect(await refusal(core.login(byEmail))).toBe("none");
    expect(await refusal(change(core, accessToken, ada.password))).toBe("none");
  });

  it("needs none with the token of a reauthentication, and one with the token of before it", async () => {
    const core = await makeCore();
    const { accessToken } = await core.register(ada);
    core.clock.advance(DAY_MS / 2);
    const grant = await core.reauthenticate({ accessToken, password: ada.password, client });
    expect(await refusal(change(core, accessToken))).toBe("reauthentication_required");
    core.clock.advance(FIVE_MINUTES);
    expect(await refusal(change(core, grant.accessToken))).toBe("none");
  });

  it("needs one with a token that was refreshed long after the login", async () => {
    const core = await makeCore();
    const { refreshToken } = await core.register(ada);
    core.clock.advance(DAY_MS);
    const { accessToken } = await core.refresh(refreshToken);
    expect(await refusal(change(core, accessToken))).toBe("reauthentication_required");
  });

  it.each(["wrong horse", ""])(
    "compares a password that is presented (%j), however recent the token",
    async (password) => {
      const core = await makeCore();
      const { accessToken } = await core.register(ada);
      expect(await refusal(change(core, accessToken, password))).toBe("invalid_credentials");
    },
  );

  it("is refused to a recent token whose session has ended, or whose account is disabled", async () => {
    const core = await makeCore();
    const ended = await core.register(ada);
    const { accessToken } = await core.login(byEmail);
    await core.logout(ended.accessToken);
    expect(await refusal(change(core, ended.accessToken))).toBe("revoked_token");
    await core.disableUser(ada.email);
    expect(await refusal(change(core, accessToken))).toBe("revoked_token");
  });

  it("is refused to a token that a wrong clock dated into the future", async () => {
    const core = await makeCore();
    const own = await core.register(ada);
    core.clock.advance(DAY_MS / 2);
    await core.reauthenticate({ accessToken: own.accessToken, password: ada.password, client });
    core.clock.advance(-DAY_MS / 4);
    const { accessToken } = await core.refresh(own.refreshToken);
    expect(await refusal(change(core, accessToken))).toBe("reauthentication_required");
  });
});

it("changes without a password are limited as those with one", async () => {
  const core = await makeCore(undefined, { LOGIN_THROTTLE: "on" });
  const { accessToken } = await core.register(ada);
  const rename = (name: string, password?: string) =>
    refusal(core.updateProfile({ accessToken, password, username: name, client }));
  const outcomes: string[] = [];
  for (let tries = 0; tries < 60; tries += 1) outcomes.push(await rename(`Ada ${tries % 2 ? "one" : "two"}`));
  const allowed = outcomes.indexOf("too_many_attempts");
  expect(allowed).toBeGreaterThan(1);
  expect(await rename("Ada", ada.password)).toBe("too_many_attempts");
});

it("changes without a password are no guesses: the password is compared after any number of them", async () => {
  const core = await makeCore(undefined, { LOGIN_THROTTLE: "on", THROTTLE_DEVICE: "2" });
  const { accessToken } = await core.register(ada);
  const rename = (username: string, password?: string) =>
    refusal(core.updateProfile({ accessToken, password, username, client }));
  for (const name of ["One", "Two", "Three", "Four"])
    expect([name, await rename(name)]).toEqual([name, "none"]);
  expect(await rename("Five", "wrong horse")).toBe("invalid_credentials");
  expect(await rename("Five", ada.password)).toBe("none");
});

it("the owner is mailed of changes that were made without a password, as of others", async () => {
  const core = await makeCore();
  const { accessToken } = await core.register(ada);
  const user = await core.storage.users.findByEmail("ada@example.com");
  await core.storage.users.rename(user as User, { emailVerified: true });
  await core.updateProfile({ accessToken, email: "new@example.com", client });
  await core.changePassword({ accessToken, newPassword: NEW, client });
  const queued = await core.storage.outbox.due(new Date("2100-01-01"), 10);
  expect(queued.map(({ kind }) => kind).sort()).toEqual([
    "email_change",
    "email_change_requested",
    "password_changed",
  ]);
});
