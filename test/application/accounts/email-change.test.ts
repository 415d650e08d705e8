import { describe, expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { ENDINGS, ends, LINKS, mailedLink, NEW_EMAIL } from "../../support/mailed-links.ts";
import { stepped } from "../../support/stepped.ts";

const HOUR_MS = 3_600_000;

async function withAda() {
  const core = await makeCore();
  return { core, own: await core.register(ada) };
}

describe("the mails of a change of address that was asked for", () => {
  const { ask } = LINKS.change_email;
  const cancelling = Object.keys(ENDINGS).filter((ending) => ending !== "a restored backup");

  it.each(Object.keys(ENDINGS))("that wait while %s happens bring no link that confirms", async (ending) => {
    const { core, own } = await withAda();
    await ask(core, own);
    await ENDINGS[ending]?.(core, own);
    await core.deliverMails();
    for (const { text } of core.mails) {
      const token = /verify-email\?token=(\S+)/.exec(text)?.[1];
      if (token === undefined) continue;
      expect(await refusal(core.verifyEmail({ token, client }))).toBe("invalid_verification_token");
    }
  });

  it.each(cancelling)(
    "tell the present address, also after %s, with a link where it serves",
    async (ending) => {
      const core = await makeCore();
      const server = { isAway: true };
      const own = await core.register(ada);
      const mailer = {
        async send(mail: (typeof core.mails)[number]) {
          if (server.isAway && mail.subject.startsWith("A new email address")) throw new Error("451");
          core.mails.push(mail);
        },
      };
      const deferring = await makeCore(() => ({ mailer }), {}, core);
      await ask(core, own);
      const request = core.mails.length;
      await deferring.deliverMails().catch(() => {});
      await ENDINGS[ending]?.(
        { ...core, deliverMails: () => deferring.deliverMails().catch(() => 0) },
        own,
      ).catch(() => {});
      server.isAway = false;
      core.clock.advance(HOUR_MS);
      await deferring.deliverMails();
      const warnings = core.mails
        .slice(request)
        .filter(({ to, subject }) => to === ada.email && subject.startsWith("A new email address"));
      expect(warnings.length).toBeGreaterThan(0);
      const [{ text } = { text: "" }] = warnings;
      expect(text).toContain('Username: "Ada"');
      const token = /cancel-email-change\?token=(\S+)/.exec(text)?.[1];
      if (token === undefined) return expect(ends(ending, "cancel_email_change")).toBe(true);
      expect(await refusal(core.cancelEmailChange({ token, client }))).toBe("none");
    },
  );

  it("whose request a logout of all overtakes at any step bring no confirming link, but a cancelling one", async () => {
    for (let stop = 0; ; stop += 1) {
      const { core: fast, own } = await withAda();
      const { id } = await fast.me(own.accessToken);
      const steps = stepped(fast.storage, stop);
      const slow = await makeCore(() => steps.ports, {}, fast);
      const late = refusal(ask(slow, own) as Promise<unknown>);
      const wasReached = await Promise.race([steps.reached.then(() => true), late.then(() => false)]);
      if (!wasReached) return expect(stop).toBeGreaterThan(4);
      await fast.logoutEverywhere(own.accessToken, "all");
      steps.goOn();
      const code = await late;
      const user = await fast.storage.users.findById(id);
      await fast.deliverMails();
      const told = fast.mails.map(({ to }) => to);
      expect([stop, code, told]).toEqual([stop, code, code === "none" ? [ada.email] : []]);
      expect(await fast.storage.users.findById(id)).toEqual(user);
    }
  });
});

it("a process that dies while it requests a change of address has not notified the new one alone", async () => {
  for (let stop = 0; ; stop += 1) {
    const { core: alive, own } = await withAda();
    const steps = stepped(alive.storage, stop);
    const killed = await makeCore(() => steps.ports, {}, alive);
    const ran = LINKS.change_email.ask(killed, own);
    const wasReached = await Promise.race([steps.reached.then(() => true), ran.then(() => false)]);
    await alive.deliverMails();
    const told = alive.mails.map(({ to }) => to);
    if (told.includes(NEW_EMAIL)) expect([stop, told]).toEqual([stop, expect.arrayContaining([ada.email])]);
    if (!wasReached) return expect(told.sort()).toEqual([ada.email, NEW_EMAIL].sort());
  }
});

describe("asking for a change of address", () => {
  const THROTTLED = { LOGIN_THROTTLE: "on", THROTTLE_MAIL: "2" };

  it("is refused if the limit of mails to the present address is reached", async () => {
    const core = await makeCore(undefined, THROTTLED);
    const own = await core.register(ada);
    const { accessToken } = own;
    for (const email of ["one@example.com", "two@example.com"]) {
      await core.updateProfile({ accessToken, password: ada.password, email, client });
    }
    await core.deliverMails();
    const before = core.mails.length;
    expect(await refusal(LINKS.change_email.ask(core, own))).toBe("too_many_attempts");
    await core.deliverMails();
    expect(core.mails).toHaveLength(before);
  });

  it("does not use up mails to the present address if the new one is refused", async () => {
    const core = await makeCore(undefined, THROTTLED);
    const own = await core.register(ada);
    const bob = await core.register({ ...ada, username: "Bob", email: "bob@example.com" });
    for (let times = 0; times < 2; times += 1) await LINKS.change_email.ask(core, bob);
    for (let times = 0; times < 3; times += 1) {
      expect(await refusal(LINKS.change_email.ask(core, own))).toBe("too_many_attempts");
    }
    const { accessToken } = own;
    const other = { accessToken, password: ada.password, email: "other@example.com", client };
    expect(await refusal(core.updateProfile(other))).toBe("none");
  });

  it("leaves the limits of other kinds of mails alone, so that a reset stays possible", async () => {
    const core = await makeCore(undefined, THROTTLED);
    const own = await core.register(ada);
    for (let times = 0; times < 3; times += 1) await refusal(LINKS.change_email.ask(core, own));
    for (let times = 0; times < 3; times += 1)
      await refusal(core.resendVerification({ email: ada.email, client }));
    expect(await refusal(core.forgotPassword({ email: ada.email, client }))).toBe("none");
  });

  it("is told in the audit trail, as are the links and the end of it", async () => {
    const { core, own } = await withAda();
    const { id: userId } = await core.me(own.accessToken);
    core.reported.length = 0;
    const token = await mailedLink(core, "cancel_email_change", own);
    await core.cancelEmailChange({ token, client });
    expect(core.reported).toEqual([
      { type: "email_change_requested", userId },
      ...["cancel_email_change", "change_email"].map((purpose) => ({ type: "link_mailed", purpose, userId })),
      { type: "email_change_cancelled", userId },
    ]);
    await core.forgotPassword({ email: "nobody@example.com", client });
    await core.deliverMails();
    expect(core.reported.slice(4)).toEqual([
      { type: "password_reset_requested" },
      { type: "mail_dropped", kind: "password_reset", userId: undefined },
      { type: "link_mailed", purpose: "reset_password", userId },
    ]);
  });
});
