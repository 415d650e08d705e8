import { describe, expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { mailedToken } from "../../support/mailed-links.ts";
import { recordCalls } from "../../support/recorded-calls.ts";
import { stepped } from "../../support/stepped.ts";

const HOUR_MS = 3_600_000;
const MAIL = { SMTP_URL: "smtp://localhost", MAIL_FROM: "auth@example.com" };
const SAME = { ...MAIL, REGISTRATION_ANSWER: "same" };
const bob = { ...ada, username: "Bob", email: "Bob@Example.com" };
const byEmail = { email: ada.email, password: ada.password, client };

type Core = Awaited<ReturnType<typeof makeCore>>;

describe("registering, answered alike", () => {
  it("makes no account before the mailed link is followed, and then one with a confirmed address", async () => {
    const core = await makeCore(undefined, SAME);
    expect(await core.signUp(ada)).toEqual({ username: "Ada", email: ada.email });
    expect(await core.storage.users.findByEmail("ada@example.com")).toBeUndefined();
    expect(await refusal(core.login(byEmail))).toBe("invalid_credentials");
    const token = await mailedToken(core);
    expect(core.mails).toMatchObject([{ to: ada.email, subject: "Finish your registration" }]);
    await core.confirmAddress({ token, client });
    const { accessToken } = await core.login(byEmail);
    expect(await core.me(accessToken)).toMatchObject({
      username: "Ada",
      email: ada.email,
      emailVerified: true,
    });
    expect(core.reported).toContainEqual(
      expect.objectContaining({ type: "user_registered", sessionId: undefined }),
    );
  });

  it("reveals nothing about an address: the same answers and storage calls, before and after other requests", async () => {
    const seen = [];
    for (const email of ["free@example.com", bob.email]) {
      const core = await makeCore(undefined, SAME);
      await core.register(bob);
      const { calls, recorded } = recordCalls();
      const ports = () => ({
        users: recorded("users", core.storage.users),
        outbox: recorded("outbox", core.storage.outbox),
        attempts: recorded("attempts", core.storage.attempts),
        hasher: recorded("hasher", core.hasher),
      });
      const watched = await makeCore(ports, { ...SAME, LOGIN_THROTTLE: "on" }, core);
      const ask = (person: object) =>
        watched.signUp({ ...ada, ...person }).then(
          ({ username }) => username,
          ({ code }) => code,
        );
      const answers = [
        await ask({ email }),
        // the name would be taken if the first had made an account
        await ask({ email: "mine@example.com" }),
        await ask({ email, username: "BOB" }),
        await ask({ email }),
        await ask({ email }),
        await ask({ email }),
      ];
      expect(calls).toContain("hasher.hash");
      expect(calls.filter((call) => call === "users.findByEmail")).toEqual([]);
      seen.push({ answers, calls });
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]?.answers).toEqual(["Ada", "Ada", "username_taken", "Ada", "Ada", "too_many_attempts"]);
  });

  it("tells the owner of a taken address, in place of a link", async () => {
    const core = await makeCore(undefined, SAME);
    await core.register(bob);
    await core.deliverMails();
    const before = core.mails.length;
    await core.signUp({ ...ada, email: " BOB@example.com" });
    expect(await core.deliverMails()).toBe(1);
    expect(core.mails[before]).toMatchObject({
      to: bob.email,
      subject: "Your email address has an account already",
    });
    expect(core.mails[before]?.text).not.toMatch(/token=|Ada/);
    await core.disableUser("bob");
    await core.signUp({ ...ada, email: bob.email });
    expect(await core.deliverMails()).toBe(0);
    expect(await core.outbox.waiting()).toMatchObject({ count: 0 });
  });

  it("stores neither the password's hash nor the name where they can be read", async () => {
    const core = await makeCore(undefined, SAME);
    await core.signUp(ada);
    const [entry] = await core.outbox.due(core.clock.now(), 10);
    expect(entry).toMatchObject({ kind: "registration", email: "ada@example.com", userId: undefined });
    expect(JSON.stringify(entry)).not.toMatch(/argon2|"Ada"/);
  });

  it.each([
    ["is used already", async (core: Core, token: string) => core.confirmAddress({ token, client })],
    [
      "made an account that is deleted since",
      async (core: Core, token: string) => {
        await core.confirmAddress({ token, client });
        const { accessToken } = await core.login(byEmail);
        await core.deleteAccount({ accessToken, password: ada.password, client });
      },
    ],
    ["is a day old", async (core: Core) => core.clock.advance(24 * HOUR_MS)],
  ])("makes nothing by a link that %s", async (_, happens) => {
    const core = await makeCore(undefined, SAME);
    await core.signUp(ada);
    const token = await mailedToken(core);
    await happens(core, token);
    const users = async () => (await core.storage.users.list(undefined, 10)).length;
    const before = await users();
    expect(await refusal(core.confirmAddress({ token, client }))).toBe("invalid_verification_token");
    expect(await users()).toBe(before);
  });

  it.each([
    ["name", { email: "other@example.com" }, "username_taken"],
    ["address", { username: "Countess" }, "email_taken"],
  ])(
    "makes no account if another has the %s by then, and is valid once that is free",
    async (_, fields, code) => {
      const core = await makeCore(undefined, SAME);
      await core.signUp(ada);
      const token = await mailedToken(core);
      const { accessToken } = await core.register({ ...ada, ...fields });
      expect(await refusal(core.confirmAddress({ token, client }))).toBe(code);
      await core.deleteAccount({ accessToken, password: ada.password, client });
      expect(await refusal(core.confirmAddress({ token, client }))).toBe("none");
    },
  );

  it("makes one account of many links and of one that is followed twice at once", async () => {
    const core = await makeCore(undefined, SAME);
    const tokens = [];
    for (let round = 0; round < 3; round += 1) {
      await core.signUp(ada);
      tokens.push(await mailedToken(core));
    }
    const codes = await Promise.all(
      [...tokens, ...tokens].map((token) => refusal(core.confirmAddress({ token, client }))),
    );
    expect(codes.filter((code) => code === "none")).toHaveLength(1);
    expect(await core.storage.users.list(undefined, 10)).toHaveLength(1);
  });

  it("by a process that dies at any step of the link leaves one account or none, and never two", async () => {
    for (let stop = 0; ; stop += 1) {
      const alive = await makeCore(undefined, SAME);
      await alive.signUp(ada);
      const token = await mailedToken(alive);
      const steps = stepped(alive.storage, stop);
      const killed = await makeCore(() => steps.ports, SAME, alive);
      const done = killed.confirmAddress({ token, client });
      const wasReached = await Promise.race([steps.reached.then(() => true), done.then(() => false)]);
      const again = await refusal(alive.confirmAddress({ token, client }));
      const users = await alive.storage.users.list(undefined, 10);
      expect([stop, again, users.length]).toEqual([stop, "invalid_verification_token", wasReached ? 0 : 1]);
      // registering again is enough
      if (wasReached) {
        await alive.signUp(ada);
        await alive.confirmAddress({ token: await mailedToken(alive), client });
      }
      expect(await refusal(alive.login(byEmail))).toBe("none");
      if (!wasReached) return expect(stop).toBeGreaterThan(0);
    }
  });

  it("counts wrong links as wrong passwords of the network, and resets no password by a right one", async () => {
    const [core, other] = [
      await makeCore(undefined, { ...SAME, LOGIN_THROTTLE: "on", THROTTLE_NETWORK: "2" }),
      await makeCore(undefined, SAME),
    ];
    await core.signUp(ada);
    const token = await mailedToken(core);
    const altered = token.replace(/\.[^.]{4}/g, (part) => `.${[...part.slice(1)].reverse().join("")}`);
    const guess = () => refusal(core.confirmAddress({ token: altered, client }));
    expect([await guess(), await guess(), await guess()]).toEqual([
      "invalid_verification_token",
      "invalid_verification_token",
      "too_many_attempts",
    ]);
    expect(await refusal(other.resetPassword({ token, newPassword: "another horse", client }))).toBe(
      "invalid_reset_token",
    );
  });

  it("is closed to links too where registration is closed since", async () => {
    const core = await makeCore(undefined, SAME);
    await core.signUp(ada);
    const token = await mailedToken(core);
    const closed = await makeCore(undefined, { ...SAME, REGISTRATION: "closed" }, core);
    expect(await refusal(closed.confirmAddress({ token, client }))).toBe("registration_closed");
    expect(await refusal(closed.signUp(bob))).toBe("registration_closed");
  });

  it("mails the link late where the mail server was away, with all of its day left", async () => {
    const core = await makeCore(undefined, SAME);
    await core.signUp(ada);
    core.clock.advance(23 * HOUR_MS);
    const token = await mailedToken(core);
    core.clock.advance(23 * HOUR_MS);
    expect(await refusal(core.confirmAddress({ token, client }))).toBe("none");
  });
});

describe("registering where the address must be confirmed", () => {
  it.each([
    ["by mail", MAIL],
    ["without a mail server, for trying", {}],
  ])("begins no session, and asks for it %s", async (_, settings) => {
    const core = await makeCore(undefined, { ...settings, REQUIRE_VERIFIED_EMAIL: "true" });
    expect(await core.signUp(ada)).toEqual({ username: "Ada", email: ada.email });
    const user = await core.storage.users.findByEmail("ada@example.com");
    expect(await core.storage.sessions.listOf(user?.id ?? "", 10)).toEqual([]);
    expect(await refusal(core.signUp(ada))).toBe("username_taken");
    expect(await refusal(core.signUp({ ...ada, username: "Countess" }))).toBe("email_taken");
    expect(await refusal(core.login(byEmail))).toBe("email_unverified");
    await core.confirmAddress({ token: await mailedToken(core), client });
    expect(await refusal(core.login(byEmail))).toBe("none");
  });

  it("begins one where it need not be", async () => {
    const core = await makeCore(undefined, MAIL);
    expect(await core.signUp(ada)).toHaveProperty("accessToken");
  });
});
