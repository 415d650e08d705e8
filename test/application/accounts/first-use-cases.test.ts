import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { argon2Driver } from "../../../src/adapters/argon2/argon2-driver.ts";
import { openArgon2Hasher } from "../../../src/adapters/argon2/password-hasher.ts";
import { AuthError } from "../../../src/domain/errors.ts";
import { ada, client, DAY_MS, makeCore, refusal, START } from "../../support/core.ts";

const byEmail = { email: ada.email, password: ada.password, client };

describe("register", () => {
  it("stores the account as given, with a hash for the password", async () => {
    const { register, storage } = await makeCore();
    const grant = await register(ada);
    const user = await storage.users.findByEmail("ada@example.com");
    expect(user).toMatchObject({
      username: { shown: "Ada", canonical: "ada" },
      email: { shown: "Ada@Example.com", canonical: "ada@example.com" },
      passwordHash: expect.stringMatching(/^\$argon2id\$/),
      createdAt: START,
      epoch: 0,
      keptSession: undefined,
      disabled: false,
    });
    expect(grant).toMatchObject({ username: "Ada", email: "Ada@Example.com", expiresIn: 86_400 });
  });

  it("tells all that is wrong at once, and stores nothing", async () => {
    const { register, storage, reported } = await makeCore();
    const fault = await register({ ...ada, username: "a@b", password: "short" }).catch((error) => error);
    expect(fault).toBeInstanceOf(AuthError);
    expect(fault.fields.map(({ path }: { path: string }) => path)).toEqual(["username", "password"]);
    expect(await storage.users.findByEmail("ada@example.com")).toBeUndefined();
    expect(reported).toEqual([]);
  });

  it("is refused where registration is closed", async () => {
    const { register } = await makeCore(undefined, { REGISTRATION: "closed" });
    expect(await refusal(register(ada))).toBe("registration_closed");
  });
});

describe("login", () => {
  it("takes another spelling of the address, the name and the password", async () => {
    const { register, login } = await makeCore();
    await register({ ...ada, username: "René", password: "caf\u00e9 caf\u00e9" });
    const password = "cafe\u0301 cafe\u0301";
    expect(await login({ email: " ADA@example.COM ", password, client })).toMatchObject({ username: "René" });
    expect(await login({ username: "RENE\u0301", password, client })).toMatchObject({ username: "René" });
  });

  it("answers wrong password, unknown and disabled user alike, and reports which it was", async () => {
    const { register, login, storage, reported, core } = await makeCore(({ users }) => ({
      users: {
        ...users,
        findByUsername: async (name) => {
          const user = await users.findByUsername(name);
          return user && { ...user, disabled: true };
        },
      },
    }));
    await register(ada);
    expect(core.users).not.toBe(storage.users);
    const { password } = ada;
    for (const command of [
      { email: ada.email, password: "wrong horse" },
      { email: "nobody@example.com", password },
      { username: ada.username, password },
    ]) {
      expect(await refusal(login({ ...command, client }))).toBe("invalid_credentials");
    }
    const failures = reported.flatMap((event) => (event.type === "login_failed" ? [event.reason] : []));
    expect(failures).toEqual(["wrong_password", "unknown_user", "disabled"]);
  });

  it.each([
    ["both email and username", { email: ada.email, username: ada.username, password: ada.password }],
    ["neither", { password: ada.password }],
    ["a password of 1,025 bytes", { email: ada.email, password: "x".repeat(1025) }],
  ])("refuses %s before it hashes", async (_, command) => {
    const { login } = await makeCore();
    expect(await refusal(login({ ...command, client }))).toBe("validation_failed");
  });

  it("tells passwords apart that differ in byte 73 only", async () => {
    const { register, login } = await makeCore();
    await register({ ...ada, password: `${"x".repeat(72)}a` });
    const login73 = (last: string) => login({ ...byEmail, password: "x".repeat(72) + last });
    expect(await refusal(login73("b"))).toBe("invalid_credentials");
    expect(await refusal(login73("a"))).toBe("none");
  });

  it("renews a hash of another cost, and the password goes on working", async () => {
    const dearer = await openArgon2Hasher(argon2Driver, { memoryKib: 128, passes: 2, lanes: 1 });
    const first = await makeCore();
    await first.register(ada);
    const second = await makeCore(() => ({ ...first.storage, hasher: { ...first.core.hasher, ...dearer } }));
    await second.login(byEmail);
    const user = await first.storage.users.findByEmail("ada@example.com");
    expect(user?.passwordHash).toContain("m=128,t=2");
    expect(user?.epoch).toBe(0);
    expect(await refusal(second.login(byEmail))).toBe("none");
    expect(second.reported.filter(({ type }) => type === "password_hash_renewed")).toHaveLength(1);
  });

  it("succeeds even if there is no room to renew the hash", async () => {
    const first = await makeCore();
    await first.register(ada);
    const { hasher } = first.core;
    const full = {
      ...hasher,
      isOutdated: () => true,
      hash: () => Promise.reject(new AuthError("overloaded")),
    };
    const second = await makeCore(() => ({ ...first.storage, hasher: full }));
    expect(await refusal(second.login(byEmail))).toBe("none");
  });
});

describe("tokens", () => {
  it("live until their time is over", async () => {
    const { register, me, refresh, clock } = await makeCore();
    const { accessToken, refreshToken } = await register(ada);
    clock.advance(DAY_MS - 1);
    expect(await me(accessToken)).toMatchObject({ username: "Ada", createdAt: START });
    clock.advance(6_000);
    expect(await refusal(me(accessToken))).toBe("expired_token");
    clock.advance(29 * DAY_MS - 10_000);
    expect(await refusal(refresh(refreshToken))).toBe("none");
    clock.advance(10_000);
    expect(await refusal(refresh(refreshToken))).toBe("expired_token");
  });

  it("never outlive their session, and say how long they really live", async () => {
    const { register, refresh, clock } = await makeCore();
    const { refreshToken } = await register(ada);
    clock.advance(30 * DAY_MS - 3_600_000);
    const { accessToken, expiresIn } = await refresh(refreshToken);
    expect(expiresIn).toBe(3_600);
    expect(decodeJwt(accessToken).exp).toBe(decodeJwt(refreshToken).exp);
  });

  it("die with the access token's revocation, each alone", async () => {
    const { register, me, refresh, revokeAccess } = await makeCore();
    const { accessToken, refreshToken } = await register(ada);
    const { accessToken: second } = await refresh(refreshToken);
    await revokeAccess(accessToken);
    expect(await refusal(me(accessToken))).toBe("revoked_token");
    expect(await refusal(revokeAccess(accessToken))).toBe("revoked_token");
    expect(await refusal(me(second))).toBe("none");
    expect(await refusal(refresh(refreshToken))).toBe("none");
  });

  it("stop refreshing with the refresh token's revocation, while access tokens live on", async () => {
    const { register, me, refresh, revokeRefresh, clock } = await makeCore();
    const { accessToken, refreshToken } = await register(ada);
    await revokeRefresh(refreshToken);
    expect(await refusal(refresh(refreshToken))).toBe("revoked_token");
    expect(await refusal(revokeRefresh(refreshToken))).toBe("revoked_token");
    expect(await refusal(me(accessToken))).toBe("none");
    clock.advance(30 * DAY_MS - 1);
    expect(await refusal(refresh(refreshToken))).toBe("revoked_token");
  });

  it("are dead where user, epoch or enabled say so", async () => {
    for (const change of [undefined, { epoch: 1 }, { disabled: true }]) {
      const core = await makeCore(({ users }) => ({
        users: {
          ...users,
          findById: async (id) => {
            const user = await users.findById(id);
            return user && change && { ...user, ...change };
          },
        },
      }));
      const { accessToken, refreshToken } = await core.register(ada);
      expect(await refusal(core.me(accessToken))).toBe("revoked_token");
      expect(await refusal(core.refresh(refreshToken))).toBe("revoked_token");
    }
  });
});
