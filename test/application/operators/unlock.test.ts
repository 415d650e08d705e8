import { describe, expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";

const from = (ip: string) => ({ userAgent: "test", ip });
const wrong = { password: "wrong horse", client };
const right = { email: ada.email, password: ada.password, client };

async function withAda(env: Record<string, string> = {}) {
  const core = await makeCore(undefined, { LOGIN_THROTTLE: "on", ...env });
  const own = await core.register(ada);
  const fill = async (attempt: () => Promise<unknown>) => {
    for (let time = 0; time < 100; time += 1)
      if ((await refusal(attempt())) === "too_many_attempts") return time;
    throw new Error("It is never too many");
  };
  const reset = async (newPassword: string, by = client) => {
    const { link } = await core.makeResetLink("ada");
    await core.resetPassword({
      token: new URL(link).searchParams.get("token") ?? "",
      newPassword,
      client: by,
    });
  };
  return { ...core, own, fill, reset };
}

describe("wrong passwords for an account", () => {
  it("are counted together over all networks, by name and by address", async () => {
    const { login } = await withAda({ THROTTLE_ACCOUNT: "4" });
    const names = [
      { email: ada.email },
      { username: "ada" },
      { email: "ADA@example.com" },
      { username: "Ada" },
    ];
    for (const [index, name] of names.entries()) {
      const attempt = login({ ...wrong, ...name, client: from(`203.0.113.${index}`) });
      expect(await refusal(attempt)).toBe("invalid_credentials");
    }
    for (const name of names) {
      const attempt = login({ ...wrong, ...name, client: from("203.0.113.99") });
      expect(await refusal(attempt)).toBe("too_many_attempts");
    }
  });

  it("do not tell one network which address belongs to a name", async () => {
    const { login, fill } = await withAda();
    expect(await fill(() => login({ ...wrong, username: "ada" }))).toBe(5);
    for (const email of [ada.email, "nobody@example.com"]) {
      expect(await fill(() => login({ ...wrong, email }))).toBe(5);
    }
  });

  it("cannot be counted for another account by typing the key of its count", async () => {
    const { login, storage, fill } = await withAda({ THROTTLE_ACCOUNT: "4", THROTTLE_PAIR: "100" });
    const { id } = (await storage.users.findByUsername("ada")) ?? {};
    for (const username of [`user ${id} 0`, `${id} 0`, `0 ada`])
      await fill(() => login({ ...wrong, username }));
    expect(await refusal(login(right))).toBe("none");
  });
});

describe("a reset by mail", () => {
  it("lets its user log in at once, from the network and the device that were refused", async () => {
    const { login, own, fill, reset } = await withAda({ THROTTLE_ACCOUNT: "20" });
    const device = { email: ada.email, formerToken: own.accessToken };
    expect(await fill(() => login({ ...wrong, email: ada.email }))).toBe(5);
    expect(await fill(() => login({ ...wrong, username: "ada" }))).toBe(5);
    expect(await fill(() => login({ ...wrong, ...device }))).toBe(10);
    for (let ip = 0; ip < 10; ip += 1) {
      await refusal(login({ ...wrong, email: ada.email, client: from(`203.0.113.${ip}`) }));
    }
    expect(await refusal(login({ ...right, client: from("203.0.113.99") }))).toBe("too_many_attempts");
    await reset("another horse");
    const next = { ...right, password: "another horse" };
    expect(await refusal(login(next))).toBe("none");
    expect(await refusal(login({ ...next, formerToken: own.accessToken }))).toBe("none");
    expect(await refusal(login({ ...next, email: undefined, username: "ada" }))).toBe("none");
    expect(await refusal(login({ ...next, client: from("203.0.113.99") }))).toBe("none");
    // and guesses are limited as before
    expect(await fill(() => login({ ...wrong, email: ada.email }))).toBe(5);
  });

  it("that is asked for or refused lifts nothing", async () => {
    const { login, fill, makeResetLink, resetPassword, forgotPassword } = await withAda();
    await fill(() => login({ ...wrong, email: ada.email }));
    await forgotPassword({ email: ada.email, client });
    const { link } = await makeResetLink("ada");
    const token = new URL(link).searchParams.get("token") ?? "";
    expect(await refusal(resetPassword({ token, newPassword: "short", client }))).toBe("validation_failed");
    expect(await refusal(login(right))).toBe("too_many_attempts");
  });

  it("leaves the count of a network as it is: it is of other accounts, too", async () => {
    const { login, fill, reset } = await withAda({ THROTTLE_NETWORK: "5", THROTTLE_PAIR: "100" });
    await fill(() => login({ ...wrong, email: ada.email }));
    await reset("another horse", from("203.0.113.1"));
    expect(await refusal(login({ ...right, password: "another horse" }))).toBe("too_many_attempts");
  });
});

it("neither steps that need only a session nor a change of the password lift the limit", async () => {
  const { login, fill, own, logoutEverywhere, changePassword } = await withAda();
  await fill(() => login({ ...wrong, email: ada.email }));
  const changed = await changePassword({
    accessToken: own.accessToken,
    currentPassword: ada.password,
    newPassword: "another horse",
    client,
  });
  expect(changed).toBeDefined();
  expect(await refusal(login({ ...right, password: "another horse" }))).toBe("too_many_attempts");
  await logoutEverywhere(own.accessToken, "others");
  expect(await refusal(login({ ...right, password: "another horse" }))).toBe("too_many_attempts");
});

describe("unlocking by an operator", () => {
  it("lifts the limit at once, tells of it, and leaves sessions and password", async () => {
    const { login, fill, own, me, unlockUser, reported, storage } = await withAda();
    await fill(() => login({ ...wrong, email: ada.email }));
    reported.splice(0);
    const { id } = await unlockUser(" ADA@example.com");
    expect(reported).toEqual([{ type: "user_unlocked", userId: id }]);
    expect((await storage.users.findById(id))?.unlocks).toBe(1);
    expect(await refusal(login(right))).toBe("none");
    expect(await refusal(me(own.accessToken))).toBe("none");
    expect(await refusal(unlockUser("nobody"))).toBe("not_found");
  });

  it("comes with a password that an operator sets", async () => {
    const { login, fill, setPassword } = await withAda();
    await fill(() => login({ ...wrong, email: ada.email }));
    await setPassword("ada", "another horse");
    expect(await refusal(login({ ...right, password: "another horse" }))).toBe("none");
  });
});
