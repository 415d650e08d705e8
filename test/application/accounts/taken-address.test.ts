import { describe, expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { tokenIn } from "../../support/mailed-links.ts";
import { recordCalls } from "../../support/recorded-calls.ts";

const bob = { ...ada, username: "Bob", email: "Bob@Example.com" };
const FREE = "Free@Example.com";

type Core = Awaited<ReturnType<typeof makeCore>>;

const confirmationIn = ({ mails }: Core) =>
  tokenIn(mails.find(({ subject }) => subject === "Confirm your new email address"));

const mailsTo = ({ mails }: Core, address: string) => mails.filter(({ to }) => to === address);

/** Ada asks for an address. */
function asking(core: Core, accessToken: string) {
  return (email: string, fields: object = {}) =>
    core.updateProfile({ accessToken, password: ada.password, email, client, ...fields });
}

describe("an address that another account has", () => {
  it("is handled like a free one: one answer, the same storage calls in the same order", async () => {
    const seen = [];
    for (const email of [FREE, bob.email]) {
      const core = await makeCore();
      await core.register(bob);
      const { accessToken } = await core.register(ada);
      const { calls, recorded } = recordCalls();
      const { users, oneTimeTokens, outbox, attempts } = core.storage;
      const ports = () => ({
        users: recorded("users", users),
        oneTimeTokens: recorded("oneTimeTokens", oneTimeTokens),
        outbox: recorded("outbox", outbox),
        attempts: recorded("attempts", attempts),
      });
      const watched = await makeCore(ports, { LOGIN_THROTTLE: "on" }, core);
      const { id: _, createdAt: __, pendingEmail, ...answer } = await asking(watched, accessToken)(email);
      expect(pendingEmail).toBe(email);
      expect(calls.filter((call) => call === "users.findByEmail")).toEqual([]);
      expect(calls).toContain("outbox.add");
      seen.push({ calls, answer });
    }
    expect(seen[1]).toEqual(seen[0]);
  });

  it("is refused as a free one once mails are used up, not before and not after", async () => {
    for (const email of [FREE, bob.email]) {
      const core = await makeCore(undefined, { LOGIN_THROTTLE: "on", THROTTLE_MAIL_PAIR: "2" });
      await core.register(bob);
      const ask = asking(core, (await core.register(ada)).accessToken);
      const codes = [];
      for (let tries = 0; tries < 3; tries += 1) codes.push(await refusal(ask(email)));
      expect(codes).toEqual(["none", "none", "too_many_attempts"]);
    }
  });

  it("stays with its owner, who is notified, and no link is mailed", async () => {
    const core = await makeCore();
    await core.register(bob);
    const { accessToken } = await core.register(ada);
    await asking(core, accessToken)("  BOB@example.com ", { username: "Countess" });
    await core.deliverMails();
    const told = mailsTo(core, bob.email);
    expect(told).toMatchObject([{ subject: "Your email address has an account already" }]);
    expect(told[0]?.text).toContain('"Bob"');
    expect(told[0]?.text).not.toMatch(/token=|Countess|Ada/);
    expect(core.mails.filter(({ subject }) => subject === "Confirm your new email address")).toEqual([]);
    expect(await core.me(accessToken)).toMatchObject({ username: "Countess", email: ada.email });
  });

  it("causes no mail if its owner or the requester is disabled", async () => {
    for (const who of ["bob@example.com", "ada@example.com"]) {
      const core = await makeCore();
      await core.register(bob);
      await asking(core, (await core.register(ada)).accessToken)(bob.email);
      await core.disableUser(who);
      await core.deliverMails();
      expect(mailsTo(core, bob.email)).toEqual([]);
      expect(await core.outbox.waiting()).toMatchObject({ count: 0 });
    }
  });

  it("that it gets after the link was mailed makes that link refused", async () => {
    const core = await makeCore();
    const { accessToken } = await core.register(ada);
    await asking(core, accessToken)(bob.email);
    await core.deliverMails();
    const token = confirmationIn(core);
    await core.register(bob);
    expect(await refusal(core.verifyEmail({ token, client }))).toBe("email_taken");
  });

  it("is not counted for the mails of the hour if the name is taken", async () => {
    const core = await makeCore(undefined, { LOGIN_THROTTLE: "on", THROTTLE_MAIL_PAIR: "1" });
    await core.register(bob);
    const ask = asking(core, (await core.register(ada)).accessToken);
    for (let tries = 0; tries < 3; tries += 1) {
      expect(await refusal(ask(FREE, { username: "bob" }))).toBe("username_taken");
    }
    expect(await core.outbox.waiting()).toMatchObject({ count: 0 });
    expect(await refusal(ask(FREE))).toBe("none");
  });
});
