import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import type { AuthError } from "../../../src/domain/errors.ts";
import { ada, client, makeCore, refusal } from "../../support/core.ts";

const ON = { LOGIN_THROTTLE: "on" };
const MINUTE = 60_000;
const wrong = { email: ada.email, password: "wrong horse", client };
const right = { ...wrong, password: ada.password };
const from = (ip: string) => ({ userAgent: "test", ip });

/** A core that counts its hashes, with Ada registered. */
async function withAda(env: Record<string, string> = {}) {
  let hashes = 0;
  const { core: plain } = await makeCore();
  const hasher = {
    ...plain.hasher,
    verify(...args: Parameters<typeof plain.hasher.verify>) {
      hashes += 1;
      return plain.hasher.verify(...args);
    },
  };
  const core = await makeCore(() => ({ hasher }), { ...ON, ...env });
  const own = await core.register(ada);
  return { ...core, own, hashes: () => hashes };
}

async function times(count: number, attempt: () => Promise<unknown>): Promise<string[]> {
  const codes: string[] = [];
  for (let time = 0; time < count; time += 1) codes.push(await refusal(attempt()));
  return codes;
}

describe("wrong passwords", () => {
  it("are five for an account from one network, then one after each wait", async () => {
    const { login, clock, reported, own } = await withAda();
    expect(await times(6, () => login(wrong))).toEqual([
      ...Array(5).fill("invalid_credentials"),
      "too_many_attempts",
    ]);
    const refused = (await login(right).catch((error) => error)) as AuthError;
    expect([refused.code, refused.retryAfter]).toEqual(["too_many_attempts", 60]);
    const { sub: userId } = decodeJwt(own.accessToken);
    expect(reported.at(-1)).toEqual({ type: "attempt_throttled", scopes: ["pair"], userId });
    clock.advance(MINUTE);
    expect(await refusal(login(wrong))).toBe("invalid_credentials");
    expect(await refusal(login(wrong))).toBe("too_many_attempts");
    clock.advance(2 * MINUTE);
    expect(await refusal(login(right))).toBe("none");
  });

  it("cause at most the limit of hashes, 200 at once", async () => {
    const { login, hashes } = await withAda();
    const codes = await Promise.all(Array.from({ length: 200 }, () => refusal(login(wrong))));
    expect(hashes()).toBe(5);
    expect(codes.filter((code) => code === "too_many_attempts")).toHaveLength(195);
  });

  it("are counted alike for an unknown account", async () => {
    const { login } = await withAda();
    expect(await times(6, () => login({ ...wrong, email: "nobody@example.com" }))).toEqual([
      ...Array(5).fill("invalid_credentials"),
      "too_many_attempts",
    ]);
  });

  it("are counted together for all spellings of the address and all parts of a /64", async () => {
    const { login } = await withAda();
    const spellings = [
      "ada@example.com",
      "ADA@example.com",
      " Ada@EXAMPLE.com",
      "ａda@example.com",
      "ada@example.com",
    ];
    for (const [index, email] of spellings.entries()) {
      const attempt = login({ ...wrong, email, client: from(`2001:db8:1:2::${index}`) });
      expect(await refusal(attempt)).toBe("invalid_credentials");
    }
    expect(await refusal(login({ ...wrong, client: from("2001:db8:1:2:ffff::") }))).toBe("too_many_attempts");
    expect(await refusal(login({ ...wrong, client: from("2001:db8:1:3::1") }))).toBe("invalid_credentials");
  });

  it("for one account are limited over all networks, and from one network over all accounts", async () => {
    const spread = await withAda({ THROTTLE_ACCOUNT: "8", THROTTLE_NETWORK: "9" });
    for (let ip = 0; ip < 8; ip += 1) {
      expect(await refusal(spread.login({ ...wrong, client: from(`203.0.113.${ip}`) }))).toBe(
        "invalid_credentials",
      );
    }
    expect(await refusal(spread.login({ ...right, client: from("203.0.113.99") }))).toBe("too_many_attempts");
    for (let account = 0; account < 9; account += 1) {
      const email = `nobody${account}@example.com`;
      expect(await refusal(spread.login({ ...wrong, email, client: from("198.51.100.1") }))).toBe(
        "invalid_credentials",
      );
    }
    const next = { ...wrong, email: "nobody@example.com", client: from("198.51.100.1") };
    expect(await refusal(spread.login(next))).toBe("too_many_attempts");
  });

  it("are forgotten by the count when a login succeeds, however often", async () => {
    const { login } = await withAda();
    for (let round = 0; round < 4; round += 1)
      expect(await refusal(login(wrong))).toBe("invalid_credentials");
    expect(await times(20, () => login(right))).toEqual(Array(20).fill("none"));
    expect(await refusal(login(wrong))).toBe("invalid_credentials");
    expect(await refusal(login(wrong))).toBe("too_many_attempts");
  });

  it("guard a change of password and the end of an account, too", async () => {
    const { own, changePassword, deleteAccount } = await withAda();
    const { accessToken } = own;
    const change = () =>
      changePassword({ accessToken, currentPassword: "wrong horse", newPassword: "next horse", client });
    expect(await times(5, change)).toEqual(Array(5).fill("invalid_credentials"));
    const remove = () => deleteAccount({ accessToken, password: "wrong horse", client });
    expect(await times(6, remove)).toEqual([...Array(5).fill("invalid_credentials"), "too_many_attempts"]);
  });
});

describe("a known device", () => {
  it("lets its owner log in while strangers try, also with an expired or a revoked token", async () => {
    const { own, login, logout, clock } = await withAda({ THROTTLE_ACCOUNT: "5" });
    await times(10, () => login(wrong));
    expect(await refusal(login(right))).toBe("too_many_attempts");
    expect(await refusal(login({ ...right, formerToken: own.accessToken }))).toBe("none");
    await logout(own.refreshToken);
    clock.advance(2 * 86_400_000);
    await times(10, () => login(wrong));
    expect(await refusal(login({ ...right, formerToken: own.accessToken }))).toBe("none");
    expect(await refusal(login({ ...right, formerToken: own.refreshToken }))).toBe("none");
  });

  it("has ten tries in a quarter of an hour", async () => {
    const { own, login, clock } = await withAda();
    const attempt = () => login({ ...wrong, formerToken: own.accessToken });
    expect(await times(11, attempt)).toEqual([...Array(10).fill("invalid_credentials"), "too_many_attempts"]);
    clock.advance(15 * MINUTE);
    expect(await refusal(attempt())).toBe("invalid_credentials");
  });

  it("is not recognised by another user's token, by nonsense, or by a token of a stolen session", async () => {
    const { own, login, register, refresh, clock } = await withAda({ REFRESH_ROTATION: "true" });
    const bob = await register({ ...ada, username: "Bob", email: "bob@example.com" });
    await refresh(own.refreshToken);
    clock.advance(MINUTE);
    expect(await refusal(refresh(own.refreshToken))).toBe("reused_token");
    await times(10, () => login(wrong));
    for (const formerToken of [bob.accessToken, "nonsense", "a.b.c", own.refreshToken, own.accessToken]) {
      expect(await refusal(login({ ...right, formerToken }))).toBe("too_many_attempts");
    }
  });
});

it("registrations are limited from one network", async () => {
  const { register } = await withAda({ THROTTLE_REGISTRATION: "3" });
  const next = (name: string, ip: string) =>
    refusal(register({ ...ada, username: name, email: `${name}@example.com`, client: from(ip) }));
  expect(await next("bob", client.ip)).toBe("none");
  expect(await next("cyd", client.ip)).toBe("none");
  expect(await next("dan", client.ip)).toBe("too_many_attempts");
  expect(await next("dan", "203.0.113.1")).toBe("none");
});

it("storage learns neither the account nor the network of an attempt", async () => {
  const keys: string[] = [];
  const { storage } = await makeCore();
  const attempts: typeof storage.attempts = {
    ...storage.attempts,
    charge(charges, now) {
      keys.push(...charges.map(({ key }) => key));
      return storage.attempts.charge(charges, now);
    },
  };
  const core = await makeCore(() => ({ attempts }), ON);
  await refusal(core.login(wrong));
  expect(keys).toHaveLength(3);
  for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/);
});
