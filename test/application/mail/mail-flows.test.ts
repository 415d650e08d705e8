import { describe, expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { mailedToken, tokenIn } from "../../support/mailed-links.ts";
import { stepped } from "../../support/stepped.ts";

const HOUR_MS = 3_600_000;
const NEW = "another horse";
const bob = { ...ada, username: "Bob", email: "bob@example.com" };
const byEmail = { email: ada.email, password: ada.password, client };

type Core = Awaited<ReturnType<typeof makeCore>>;

async function forgotten(core: Core, email = ada.email): Promise<string> {
  await core.forgotPassword({ email, client });
  return mailedToken(core);
}

describe("a forgotten password", () => {
  it("is replaced by a reader of the mail, and every session ends", async () => {
    const core = await makeCore();
    const session = await core.register(ada);
    const token = await forgotten(core, "  ADA@example.COM ");
    expect(core.mails.map(({ to }) => to)).toEqual(["Ada@Example.com"]);
    await core.resetPassword({ token, newPassword: NEW, client });
    expect(await refusal(core.me(session.accessToken))).toBe("revoked_token");
    expect(await refusal(core.refresh(session.refreshToken))).toBe("revoked_token");
    expect(await refusal(core.login(byEmail))).toBe("invalid_credentials");
    const { accessToken } = await core.login({ ...byEmail, password: NEW });
    expect(await core.me(accessToken)).toMatchObject({ emailVerified: true });
    expect(core.reported).toContainEqual(expect.objectContaining({ type: "password_reset" }));
  });

  it("is not mailed to unknown or disabled users", async () => {
    const core = await makeCore();
    await core.register(ada);
    await core.forgotPassword({ email: bob.email, client });
    await core.storage.users.advanceEpoch(await userOf(core), {
      keptSession: undefined,
      disabled: true,
    });
    await core.forgotPassword({ email: ada.email, client });
    expect(await core.deliverMails()).toBe(0);
    expect(core.mails).toEqual([]);
    expect(await core.outbox.waiting()).toEqual({ count: 0, since: undefined });
  });

  it.each([
    ["used", async (core: Core, token: string) => core.resetPassword({ token, newPassword: NEW, client })],
    ["an hour old", async (core: Core) => core.clock.advance(HOUR_MS)],
    ["of an address that is another one since", (core: Core) => movedTo(core, "ada@elsewhere.example")],
    [
      "of an account that is gone",
      async (core: Core) => {
        const { accessToken } = await core.login(byEmail);
        await core.deleteAccount({ accessToken, password: ada.password, client });
      },
    ],
  ])("is not replaced by a link that is %s", async (_, happens) => {
    const core = await makeCore();
    await core.register(ada);
    const token = await forgotten(core);
    await happens(core, token);
    expect(await refusal(core.resetPassword({ token, newPassword: "the third horse", client }))).toBe(
      "invalid_reset_token",
    );
  });

  it.each([
    ["nothing", () => ""],
    ["another code", (token: string) => `${token.slice(0, -1)}${token.endsWith("A") ? "E" : "A"}`],
    ["another spelling of the code", (token: string) => `${token}=`],
    ["another user", (token: string, other: string) => [other, ...token.split(".").slice(1)].join(".")],
    ["another id", (token: string, other: string) => token.replace(/\.[^.]+\./, `.${other}.`)],
  ])("is not replaced by %s", async (_, change) => {
    const core = await makeCore();
    await core.register(ada);
    const other = (await core.me((await core.register(bob)).accessToken)).id;
    const token = change(await forgotten(core), other);
    expect(await refusal(core.resetPassword({ token, newPassword: NEW, client }))).toBe(
      "invalid_reset_token",
    );
  });

  it("is not replaced by a link of another purpose, nor an address confirmed by its link", async () => {
    const core = await makeCore();
    await core.register(ada);
    const token = await forgotten(core);
    expect(await refusal(core.verifyEmail({ token, client }))).toBe("invalid_verification_token");
    await core.resendVerification({ email: ada.email, client });
    const other = await mailedToken(core);
    expect(await refusal(core.resetPassword({ token: other, newPassword: NEW, client }))).toBe(
      "invalid_reset_token",
    );
    expect(await refusal(core.resetPassword({ token, newPassword: NEW, client }))).toBe("none");
  });

  it("is kept where the new one is refused, and the link still serves", async () => {
    const core = await makeCore();
    await core.register(ada);
    const token = await forgotten(core);
    expect(await refusal(core.resetPassword({ token, newPassword: "short", client }))).toBe(
      "validation_failed",
    );
    expect(await refusal(core.resetPassword({ token, newPassword: NEW, client }))).toBe("none");
  });

  it("is replaced by one of two resets, wherever they meet", async () => {
    for (let stop = 0; ; stop += 1) {
      const fast = await makeCore();
      await fast.register(ada);
      const token = await forgotten(fast);
      const steps = stepped(fast.storage, stop);
      const slow = await makeCore(() => steps.ports, {}, fast);
      const reset = (core: Core, newPassword: string) =>
        refusal(core.resetPassword({ token, newPassword, client }));
      const late = reset(slow, "the slow horse");
      const wasReached = await Promise.race([steps.reached.then(() => true), late.then(() => false)]);
      const early = await reset(fast, "the fast horse");
      steps.goOn();
      const codes = [await late, early];
      expect([stop, codes.filter((code) => code === "none").length]).toEqual([stop, 1]);
      const winner = codes[0] === "none" ? "the slow horse" : "the fast horse";
      expect(await refusal(fast.login({ ...byEmail, password: winner }))).toBe("none");
      if (!wasReached) return expect(stop).toBeGreaterThan(3);
    }
  });

  it("lets no login with the old one live, wherever the reset meets it", async () => {
    for (let stop = 0; ; stop += 1) {
      const fast = await makeCore();
      await fast.register(ada);
      const token = await forgotten(fast);
      const steps = stepped(fast.storage, stop);
      const slow = await makeCore(() => steps.ports, {}, fast);
      const grant = slow.login(byEmail).catch(() => undefined);
      const wasReached = await Promise.race([steps.reached.then(() => true), grant.then(() => false)]);
      if (!wasReached) return expect(stop).toBeGreaterThan(0);
      await fast.resetPassword({ token, newPassword: NEW, client });
      steps.goOn();
      const begun = await grant;
      if (begun) expect([stop, await refusal(fast.me(begun.accessToken))]).toEqual([stop, "revoked_token"]);
    }
  });

  it("cannot be reset by guessing: wrong links are counted like wrong passwords", async () => {
    const core = await makeCore(undefined, { LOGIN_THROTTLE: "on", THROTTLE_NETWORK: "3" });
    await core.register(ada);
    const token = await forgotten(core);
    const guess = () => refusal(core.resetPassword({ token: `${token}x`, newPassword: NEW, client }));
    expect([await guess(), await guess(), await guess(), await guess()]).toEqual([
      ...Array(3).fill("invalid_reset_token"),
      "too_many_attempts",
    ]);
    const elsewhere = { ip: "192.0.2.7" };
    expect(await refusal(core.resetPassword({ token, newPassword: NEW, client: elsewhere }))).toBe("none");
  });

  it("is mailed at most the limit to one address and for one network, whether an account has it or not", async () => {
    const limits = { LOGIN_THROTTLE: "on", THROTTLE_MAIL: "2", THROTTLE_MAIL_NETWORK: "4" };
    for (const email of [ada.email, "nobody@example.com"]) {
      const core = await makeCore(undefined, limits);
      await core.register(ada);
      const ask = (address: string, ip: string) =>
        refusal(core.forgotPassword({ email: address, client: { ip } }));
      expect([
        await ask(email, "192.0.2.1"),
        await ask(email, "192.0.2.2"),
        await ask(email, "192.0.2.3"),
      ]).toEqual(["none", "none", "too_many_attempts"]);
      for (let index = 0; index < 3; index += 1) await ask(`person${index}@example.com`, "192.0.2.1");
      expect(await ask("person9@example.com", "192.0.2.1")).toBe("too_many_attempts");
    }
  });

  it.each([
    "ada@example.com,eve@example.com",
    "ada@example.com\neve@example.com",
    "Ada <ada@example.com>",
    "ada",
    "",
  ])("is not asked for by %j", async (email) => {
    const core = await makeCore();
    expect(await refusal(core.forgotPassword({ email, client }))).toBe("validation_failed");
    expect(await core.outbox.waiting()).toMatchObject({ count: 0 });
  });
});

async function userOf(core: Core) {
  const user = await core.storage.users.findByEmail("ada@example.com");
  if (!user) throw new Error("there is no such user");
  return user;
}

/** Ada verifies her address. */
async function confirmed(core: Core) {
  expect(await core.storage.users.rename(await userOf(core), { emailVerified: true })).toBe(true);
}

/** Changes Ada's address through all steps. */
async function movedTo(core: Core, email: string) {
  const { accessToken } = await core.login(byEmail);
  await core.updateProfile({ accessToken, password: ada.password, email, client });
  await core.verifyEmail({ token: await mailedToken(core), client });
}

describe("an address", () => {
  it("is confirmed by the link in the mail, once", async () => {
    const core = await makeCore();
    const { accessToken } = await core.register(ada);
    expect(await core.me(accessToken)).toMatchObject({ emailVerified: false });
    await core.resendVerification({ email: ada.email, client });
    const token = await mailedToken(core);
    await core.verifyEmail({ token, client });
    expect(await core.me(accessToken)).toMatchObject({ emailVerified: true });
    expect(await core.introspect(accessToken, "access")).toMatchObject({ claims: { email_verified: true } });
    expect(await refusal(core.verifyEmail({ token, client }))).toBe("invalid_verification_token");
    await core.resendVerification({ email: ada.email, client });
    expect(await core.deliverMails()).toBe(0);
  });

  it("is asked for at registration where mail is configured", async () => {
    const core = await makeCore(undefined, { SMTP_URL: "smtp://localhost", MAIL_FROM: "auth@example.com" });
    const { accessToken } = await core.register(ada);
    await core.verifyEmail({ token: await mailedToken(core), client });
    expect(await core.me(accessToken)).toMatchObject({ emailVerified: true });
  });

  it("that is not confirmed prevents a login if so configured, but only after the correct password", async () => {
    const core = await makeCore(undefined, {
      REQUIRE_VERIFIED_EMAIL: "true",
      LOGIN_THROTTLE: "on",
      THROTTLE_PAIR: "2",
    });
    await core.register(ada);
    expect(await refusal(core.login({ ...byEmail, password: "wrong password" }))).toBe("invalid_credentials");
    // a correct password is not counted as a failure
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await refusal(core.login(byEmail))).toBe("email_unverified");
    }
    await core.resendVerification({ email: ada.email, client });
    await core.verifyEmail({ token: await mailedToken(core), client });
    expect(await refusal(core.login(byEmail))).toBe("none");
  });

  it("is changed by the link mailed to the new one; the old one is told, and sessions stay", async () => {
    const core = await makeCore();
    const { accessToken, refreshToken } = await core.register(ada);
    await confirmed(core);
    const email = "Ada@Elsewhere.example";
    const asked = await core.updateProfile({ accessToken, password: ada.password, email, client });
    expect(asked).toMatchObject({ email: ada.email, pendingEmail: email });
    const token = await mailedToken(core);
    expect(core.mails.map(({ to }) => to)).toEqual([ada.email, email]);
    expect(await core.me(accessToken)).toMatchObject({ email: ada.email });
    await core.verifyEmail({ token, client });
    await core.deliverMails();
    expect(core.mails.map(({ to }) => to)).toEqual([ada.email, email, ada.email]);
    expect(await core.me(accessToken)).toMatchObject({ email, emailVerified: true });
    expect(await core.refresh(refreshToken)).toMatchObject({ email });
    expect(await refusal(core.login(byEmail))).toBe("invalid_credentials");
    expect(await refusal(core.login({ ...byEmail, email }))).toBe("none");
    expect(await refusal(core.register({ ...ada, username: "Ada again" }))).toBe("none");
    expect(await refusal(core.verifyEmail({ token, client }))).toBe("invalid_verification_token");
  });

  it("that another account takes before it is confirmed stays with that account", async () => {
    const core = await makeCore();
    const { accessToken } = await core.register(ada);
    await core.updateProfile({ accessToken, password: ada.password, email: bob.email, client });
    const token = await mailedToken(core);
    await core.register(bob);
    expect(await refusal(core.verifyEmail({ token, client }))).toBe("email_taken");
    expect(await core.me(accessToken)).toMatchObject({ email: ada.email, emailVerified: false });
  });

  it("and a name are changed with the password only, and to what is allowed", async () => {
    const core = await makeCore();
    const { accessToken } = await core.register(ada);
    await core.register(bob);
    const change = (fields: object) =>
      refusal(core.updateProfile({ accessToken, password: ada.password, client, ...fields }));
    expect(await change({ username: "Countess", password: "wrong password" })).toBe("invalid_credentials");
    expect(await change({})).toBe("validation_failed");
    expect(await change({ username: "a@b" })).toBe("validation_failed");
    expect(await change({ email: "nowhere" })).toBe("validation_failed");
    expect(await change({ username: "BOB" })).toBe("username_taken");
    expect(await core.me(accessToken)).toMatchObject({ username: "Ada", email: ada.email });
    expect(await change({ username: "Countess", email: "Ada@example.COM" })).toBe("none");
    expect(await core.me(accessToken)).toMatchObject({ username: "Countess", email: "Ada@example.COM" });
    expect(await refusal(core.login({ username: "countess", password: ada.password, client }))).toBe("none");
    expect(await refusal(core.login({ username: "ada", password: ada.password, client }))).toBe(
      "invalid_credentials",
    );
    expect(await core.deliverMails()).toBe(0);
  });
});

describe("notices", () => {
  const stolen = async (core: Core) => {
    const { refreshToken } = await core.login(byEmail);
    await core.refresh(refreshToken);
    core.clock.advance(11_000);
    await refusal(core.refresh(refreshToken));
  };
  const changed = async (core: Core) => {
    const { accessToken } = await core.login(byEmail);
    await core.changePassword({ accessToken, currentPassword: ada.password, newPassword: NEW, client });
  };

  it.each([
    ["NOTICE_PASSWORD_CHANGED", 1, changed],
    ["NOTICE_SESSION_STOLEN", 1, stolen],
    ["NOTICE_EMAIL_CHANGED", 3, (core: Core) => movedTo(core, "ada@elsewhere.example")],
  ])("of %s are mailed, or not", async (setting, count, happens) => {
    for (const [value, expected] of [
      ["true", count],
      ["false", count - 1],
    ] as const) {
      const core = await makeCore(undefined, { REFRESH_ROTATION: "true", [setting]: value });
      await core.register(ada);
      await confirmed(core);
      await happens(core);
      await core.deliverMails();
      expect(core.mails).toHaveLength(expected);
    }
  });
});

describe("delivery", () => {
  /** A mail server that can fail. */
  async function withMailServer() {
    const server = { isAway: false };
    const core = await makeCore();
    const { mails } = core;
    const mailer = {
      send: async (mail: (typeof mails)[number]) => {
        if (server.isAway) throw new Error("no answer");
        mails.push(mail);
      },
    };
    const delivering = await makeCore(() => ({ mailer }), {}, core);
    return { core, server, deliver: delivering.deliverMails };
  }

  it("stops if the storage fails writes, so that due mails are not read for ever", async () => {
    const { core } = await withMailServer();
    for (let n = 0; n < 12; n += 1) {
      const who = { username: `Ada${n}`, email: `ada${n}@example.com`, password: ada.password, client };
      await core.register(who);
      await core.forgotPassword({ email: who.email, client });
    }
    const full = { ...core.storage.outbox, begin: () => Promise.reject(new Error("the disk is full")) };
    const { deliverMails } = await makeCore(() => ({ outbox: full }), {}, core);
    await expect(deliverMails()).rejects.toThrow("the disk is full");
    expect(await core.deliverMails()).toBe(12);
  });

  it("is tried again, later each time, until the server is back, with a link that serves then", async () => {
    const { core, server, deliver } = await withMailServer();
    await core.register(ada);
    server.isAway = true;
    await core.forgotPassword({ email: ada.email, client });
    let tries = 0;
    for (let minute = 0; minute < 10 * 60; minute += 1) {
      await deliver().catch(() => {
        tries += 1;
      });
      core.clock.advance(60_000);
    }
    // after 1, 3, 7, 15, 31 and 63 minutes, and then every hour
    expect(tries).toBe(1 + 6 + 8);
    server.isAway = false;
    core.clock.advance(HOUR_MS);
    expect(await deliver()).toBe(1);
    const token = tokenIn(core.mails[0]);
    expect(await refusal(core.resetPassword({ token, newPassword: NEW, client }))).toBe("none");
  });

  it("is given up after a day", async () => {
    const { core, server, deliver } = await withMailServer();
    await core.register(ada);
    server.isAway = true;
    await core.forgotPassword({ email: ada.email, client });
    core.clock.advance(24 * HOUR_MS);
    expect(await deliver()).toBe(0);
    expect(await core.outbox.waiting()).toMatchObject({ count: 0 });
    server.isAway = false;
    core.clock.advance(24 * HOUR_MS);
    expect(await deliver()).toBe(0);
  });

  it("of one mail is done by one of many processes", async () => {
    const core = await makeCore();
    await core.register(ada);
    await core.forgotPassword({ email: ada.email, client });
    const sent = await Promise.all(Array.from({ length: 20 }, () => core.deliverMails()));
    expect(sent.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it("by a process that is killed at any step loses no mail, and a link mailed twice is valid once", async () => {
    for (let stop = 0; ; stop += 1) {
      const alive = await makeCore();
      await alive.register(ada);
      await alive.forgotPassword({ email: ada.email, client });
      const steps = stepped(alive.storage, stop);
      const killed = await makeCore(() => ({ ...steps.ports, mailer: alive.core.mailer }), {}, alive);
      const done = killed.deliverMails();
      const wasReached = await Promise.race([steps.reached.then(() => true), done.then(() => false)]);
      const tokenOf = (index: number) => tokenIn(alive.mails[index]);
      const [first] = alive.mails;
      if (first) await alive.resetPassword({ token: tokenOf(0), newPassword: NEW, client });
      alive.clock.advance(60_000);
      await alive.deliverMails();
      // a mail whose link was followed is not sent again
      expect([stop, alive.mails.filter(({ text }) => text.includes("token="))]).toEqual([
        stop,
        [expect.anything()],
      ]);
      const code = await refusal(alive.resetPassword({ token: tokenOf(0), newPassword: NEW, client }));
      expect([stop, code]).toEqual([stop, first ? "invalid_reset_token" : "none"]);
      if (!wasReached) return expect(stop).toBeGreaterThan(4);
    }
  });
});
