import { describe, expect, it } from "vitest";
import { notify } from "../../../src/application/mail/send-later.ts";
import { ada, client, makeCore, refusal } from "../../support/core.ts";

const HOUR_MS = 3_600_000;
const ON = { LOGIN_THROTTLE: "on" };
const MAIL = { SMTP_URL: "smtp://localhost", MAIL_FROM: "auth@example.com" };
const byEmail = { email: ada.email, password: ada.password, client };

type Core = Awaited<ReturnType<typeof makeCore>>;

async function userOf({ storage }: Core, email = "ada@example.com") {
  const user = await storage.users.findByEmail(email);
  if (!user) throw new Error("there is no such user");
  return user;
}

/** Registers Ada, who confirms her address. */
async function adaOf(core: Core): Promise<string> {
  const { accessToken } = await core.register(ada);
  await core.storage.users.rename(await userOf(core), { emailVerified: true });
  return accessToken;
}

/** Changes the password to itself, which counts as a change. */
const samePassword = (core: Core, accessToken: string) =>
  refusal(
    core.changePassword({ accessToken, currentPassword: ada.password, newPassword: ada.password, client }),
  );

async function deliverAll(core: Core): Promise<number> {
  let sent = 0;
  for (let round = await core.deliverMails(); round > 0; round = await core.deliverMails()) sent += round;
  return sent;
}

describe("a notice", () => {
  it("waits at most once, and changes go on", async () => {
    const core = await makeCore();
    const token = await adaOf(core);
    for (let change = 0; change < 50; change += 1) expect(await samePassword(core, token)).toBe("none");
    expect(await core.outbox.waiting()).toMatchObject({ count: 1 });
    expect(await deliverAll(core)).toBe(1);
    expect(core.mails.map(({ to, subject }) => [to, subject])).toEqual([
      [ada.email, "Your password was changed"],
    ]);
    // a later change is mailed again
    expect(await samePassword(core, token)).toBe("none");
    expect(await deliverAll(core)).toBe(1);
  });

  it("is not sent more than three times an hour, and the change succeeds none the less", async () => {
    const core = await makeCore(undefined, ON);
    const token = await adaOf(core);
    for (let change = 0; change < 10; change += 1) {
      expect(await samePassword(core, token)).toBe("none");
      await deliverAll(core);
    }
    expect(core.mails).toHaveLength(3);
    expect(core.reported).toContainEqual({ type: "attempt_throttled", scopes: ["notice"] });
    core.clock.advance(HOUR_MS);
    expect(await samePassword(core, token)).toBe("none");
    expect(await deliverAll(core)).toBe(1);
  });

  it("that was left out, since one waits, is not counted for the hour", async () => {
    const core = await makeCore(undefined, ON);
    const token = await adaOf(core);
    for (let mails = 0; mails < 3; mails += 1) {
      for (let change = 0; change < 5; change += 1) expect(await samePassword(core, token)).toBe("none");
      expect(await deliverAll(core)).toBe(1);
    }
  });

  it("goes to one address at most the limit, over all kinds and accounts", async () => {
    const core = await makeCore(undefined, { ...ON, THROTTLE_NOTICE_ADDRESS: "2", REFRESH_ROTATION: "true" });
    const token = await adaOf(core);
    for (let change = 0; change < 2; change += 1) {
      expect(await samePassword(core, token)).toBe("none");
      await deliverAll(core);
    }
    const { refreshToken } = await core.login(byEmail);
    await core.refresh(refreshToken);
    core.clock.advance(11_000);
    expect(await refusal(core.refresh(refreshToken))).toBe("reused_token");
    expect(await deliverAll(core)).toBe(0);
    expect(core.reported).toContainEqual({ type: "attempt_throttled", scopes: ["noticeAddress"] });
  });

  it("of one kind waits for each address of an account that moves", async () => {
    const core = await makeCore();
    await adaOf(core);
    const user = await userOf(core);
    const shown = ["ada@a.example", "ada@b.example", "ada@a.example"];
    for (const email of shown) {
      await notify(core.core, "email_changed", { ...user, email: { shown: email, canonical: email } });
    }
    expect(await deliverAll(core)).toBe(2);
    expect(core.mails.map(({ to }) => to).sort()).toEqual(shown.slice(0, 2));
  });

  it("never goes to an address that nobody verified, not even one that a former version put there", async () => {
    const core = await makeCore(undefined, { REFRESH_ROTATION: "true" });
    const { accessToken, refreshToken } = await core.register(ada);
    expect(await samePassword(core, accessToken)).toBe("none");
    await core.refresh(refreshToken);
    core.clock.advance(11_000);
    expect(await refusal(core.refresh(refreshToken))).toBe("reused_token");
    expect(await core.outbox.waiting()).toMatchObject({ count: 0 });
    const now = core.clock.now();
    const { id } = await userOf(core);
    const entry = { userId: id, email: ada.email, createdAt: now, dueAt: now, attempts: 0 };
    const former = { ...entry, username: undefined, tokenId: undefined, sealed: undefined, isNotice: false };
    await core.outbox.add({ ...former, id: "former", kind: "password_changed" });
    expect(await core.deliverMails()).toBe(0);
    expect(await core.outbox.waiting()).toMatchObject({ count: 0 });
  });

  it("keeps nobody waiting for a link: of 300 due before it, none is sent first", async () => {
    const core = await makeCore();
    await adaOf(core);
    const { id: userId } = await userOf(core);
    const at = core.clock.now();
    const entry = { kind: "password_changed", email: ada.email, userId, createdAt: at, dueAt: at } as const;
    const rest = { attempts: 0, username: "Ada", tokenId: undefined, sealed: undefined, isNotice: true };
    for (let count = 0; count < 300; count += 1)
      await core.outbox.add({ ...entry, ...rest, id: `n${count}` });
    core.clock.advance(60_000);
    await core.forgotPassword({ email: ada.email, client });
    const before = core.mails.length;
    await core.deliverMails();
    const subjects = core.mails.slice(before).map(({ subject }) => subject);
    expect(subjects).toHaveLength(301);
    expect(subjects.slice(0, 10)).toContain("Reset your password");
  });

  it("for unknown addresses does not delay links: all due mails are sent at once, ten at a time", async () => {
    const core = await makeCore();
    await adaOf(core);
    for (let count = 0; count < 95; count += 1) {
      await core.forgotPassword({ email: `nobody${count}@example.com`, client });
    }
    await core.forgotPassword({ email: ada.email, client });
    expect(await core.deliverMails()).toBeGreaterThan(0);
    expect(core.mails.at(-1)?.subject).toBe("Reset your password");
    expect(await core.outbox.waiting()).toMatchObject({ count: 0 });
  });
});

describe("changes of one account", () => {
  it("are limited by hour, over all kinds and sessions, and refused before any hash", async () => {
    const core = await makeCore(undefined, { ...ON, THROTTLE_CHANGE: "4" });
    const [first, { accessToken: second }] = [await adaOf(core), await core.login(byEmail)];
    const rename = (accessToken: string, username: string) =>
      refusal(core.updateProfile({ accessToken, password: ada.password, username, client }));
    expect(await rename(first, "Countess")).toBe("none");
    expect(await rename(second, "Ada")).toBe("none");
    expect(await samePassword(core, second)).toBe("none");
    // asking for a new address counts too
    const email = "ada@elsewhere.example";
    const { accessToken } = await core.login(byEmail);
    const ask = () =>
      refusal(
        core.updateProfile({ accessToken, password: ada.password, email, client: { ip: "192.0.2.9" } }),
      );
    expect(await ask()).toBe("none");
    let hashes = 0;
    const verify: typeof core.hasher.verify = (...args) => {
      hashes += 1;
      return core.hasher.verify(...args);
    };
    const counting = await makeCore(
      () => ({ hasher: { ...core.hasher, verify } }),
      { ...ON, THROTTLE_CHANGE: "4" },
      core,
    );
    const change = { accessToken, currentPassword: ada.password, newPassword: "another horse", client };
    for (let tries = 0; tries < 20; tries += 1) {
      expect(await refusal(counting.changePassword(change))).toBe("too_many_attempts");
    }
    expect([await ask(), await rename(accessToken, "Countess"), hashes]).toEqual([
      "too_many_attempts",
      "too_many_attempts",
      0,
    ]);
    core.clock.advance(HOUR_MS);
    expect(await refusal(core.changePassword(change))).toBe("none");
  });

  it("are not used up by a session without the password", async () => {
    const core = await makeCore(undefined, { ...ON, THROTTLE_CHANGE: "2", THROTTLE_DEVICE: "9" });
    const accessToken = await adaOf(core);
    for (let tries = 0; tries < 9; tries += 1) {
      const guess = { accessToken, currentPassword: "wrong password", newPassword: "another horse", client };
      expect(await refusal(core.changePassword(guess))).toBe("invalid_credentials");
    }
    const { accessToken: own } = await core.login(byEmail);
    expect(await samePassword(core, own)).toBe("none");
  });
});

describe("mails with a link", () => {
  const asks = (core: Core, email: string, ip: string) =>
    refusal(core.forgotPassword({ email, client: { ip } }));

  it.each([
    ["somebody's", ada.email],
    ["nobody's", "nobody@example.com"],
  ])("to %s address cannot be used up from one network", async (_, email) => {
    const core = await makeCore(undefined, ON);
    await core.register(ada);
    const stranger = Array.from({ length: 40 }, () => asks(core, email, "203.0.113.9"));
    const codes = await Promise.all(stranger);
    expect(codes.filter((code) => code === "none")).toHaveLength(3);
    // the owner, from another network, while the stranger goes on
    const flood = Array.from({ length: 40 }, () => asks(core, email, "203.0.113.9"));
    expect(await asks(core, email, "192.0.2.1")).toBe("none");
    await Promise.all(flood);
    expect([await asks(core, email, "192.0.2.1"), await asks(core, email, "192.0.2.1")]).toEqual([
      "none",
      "none",
    ]);
    expect(await asks(core, email, "192.0.2.1")).toBe("too_many_attempts");
  });

  it("go to one address 20 times an hour from all networks together, and 50 times from one network", async () => {
    const core = await makeCore(undefined, ON);
    const codes = [];
    for (let net = 0; net < 8; net += 1) {
      for (let ask = 0; ask < 3; ask += 1) codes.push(await asks(core, ada.email, `192.0.2.${net}`));
    }
    expect(codes.map((code) => code === "none")).toEqual([...Array(20).fill(true), ...Array(4).fill(false)]);
    const others = [];
    for (let who = 0; who < 60; who += 1)
      others.push(await asks(core, `p${who}@example.com`, "198.51.100.1"));
    expect(others.filter((code) => code === "none")).toHaveLength(50);
    // one entry for each, and none for refused ones
    expect(await core.outbox.waiting()).toMatchObject({ count: 70 });
  });

  it("cannot be multiplied by registering and deleting; a refused registration sends none", async () => {
    const core = await makeCore(undefined, { ...ON, ...MAIL });
    for (let round = 0; round < 3; round += 1) {
      const { accessToken } = await core.register({ ...ada, username: `Ada ${round}` });
      await core.deleteAccount({ accessToken, password: ada.password, client });
    }
    expect(await refusal(core.register(ada))).toBe("too_many_attempts");
    expect(await core.storage.users.findByUsername("ada")).toBeUndefined();
    await core.register({ ...ada, email: "bob@example.com" });
    for (let tries = 0; tries < 9; tries += 1) {
      expect(await refusal(core.register({ ...ada, email: "eve@example.com" }))).toBe("username_taken");
    }
    expect(await refusal(core.register({ ...ada, username: "Eve", email: "eve@example.com" }))).toBe("none");
  });
});
