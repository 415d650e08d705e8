import { expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";

const ON = { LOGIN_THROTTLE: "on", THROTTLE_REVOCATIONS: "6" };
const HOUR_MS = 3_600_000;
const byEmail = { email: ada.email, password: ada.password, client };

/** A core where Ada has used up her revocations over two sessions and both calls, and the codes of her calls. */
async function usedUp() {
  const core = await makeCore(undefined, ON);
  const first = await core.register(ada);
  const second = await core.login(byEmail);
  const codes: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    for (const [session, revoke] of [
      [first, core.revokeAccess],
      [second, core.revokeToken],
    ] as const) {
      const { accessToken } = await core.refresh(session.refreshToken);
      codes.push(await refusal(revoke(accessToken)));
    }
  }
  return { ...core, first, second, codes };
}

it("one account may revoke at most the limit of access tokens an hour, over all of its sessions", async () => {
  const core = await usedUp();
  expect(core.codes).toEqual([...Array(6).fill("none"), "too_many_attempts", "too_many_attempts"]);
  expect(core.reported.at(-1)).toEqual({ type: "attempt_throttled", scopes: ["revocations"] });
  const bob = await core.register({ ...ada, username: "Bob", email: "bob@example.com" });
  expect(await refusal(core.revokeAccess(bob.accessToken))).toBe("none");
  core.clock.advance(HOUR_MS);
  const { accessToken } = await core.refresh(core.first.refreshToken);
  expect(await refusal(core.revokeAccess(accessToken))).toBe("none");
});

it("what is refused leaves the token alive", async () => {
  const core = await usedUp();
  for (const revoke of [core.revokeAccess, core.revokeToken]) {
    expect(await refusal(revoke(core.first.accessToken))).toBe("too_many_attempts");
    expect(await refusal(core.me(core.first.accessToken))).toBe("none");
  }
});

it("tokens that are dead count for nothing", async () => {
  const core = await makeCore(undefined, ON);
  const { accessToken, refreshToken } = await core.register(ada);
  await core.revokeAccess(accessToken);
  for (let time = 0; time < 20; time += 1) {
    expect(await refusal(core.revokeAccess(accessToken))).toBe("revoked_token");
    expect(await refusal(core.revokeToken(accessToken))).toBe("none");
    expect(await refusal(core.revokeAccess("nonsense"))).toBe("invalid_token");
  }
  expect(await refusal(core.revokeAccess((await core.refresh(refreshToken)).accessToken))).toBe("none");
});

it("ending sessions is never refused", async () => {
  const ends: [string, (core: Awaited<ReturnType<typeof usedUp>>) => Promise<unknown>][] = [
    ["logout by access token", ({ logout, second }) => logout(second.accessToken)],
    ["logout by refresh token", ({ logout, second }) => logout(second.refreshToken)],
    ["revocation of a refresh token", ({ revokeToken, second }) => revokeToken(second.refreshToken)],
    ["all others", ({ logoutEverywhere, first }) => logoutEverywhere(first.accessToken, "others")],
    ["all", ({ logoutEverywhere, first }) => logoutEverywhere(first.accessToken, "all")],
  ];
  for (const [name, end] of ends) {
    const core = await usedUp();
    expect([name, await refusal(end(core))]).toEqual([name, "none"]);
    expect([name, await refusal(core.me(core.second.accessToken))]).toEqual([name, "revoked_token"]);
  }
});
