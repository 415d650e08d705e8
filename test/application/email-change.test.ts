import { describe, expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../support/core.ts";
import { ENDINGS, LINKS, mailedLink, NEW_EMAIL } from "../support/mailed-links.ts";
import { stepped } from "../support/stepped.ts";

async function withAda() {
  const core = await makeCore();
  return { core, own: await core.register(ada) };
}

describe.each(["change_email", "cancel_email_change"] as const)("the mail with a link to %s", (purpose) => {
  const { ask, follow, refusal: refused } = LINKS[purpose];

  it.each(Object.keys(ENDINGS))("that waits while %s happens brings no link that serves", async (ending) => {
    const { core, own } = await withAda();
    await ask(core, own);
    await ENDINGS[ending]?.(core, own);
    await core.deliverMails();
    for (const { text } of core.mails) {
      const token = /token=(\S+)/.exec(text)?.[1];
      if (token !== undefined) expect(await refusal(follow(core, token))).toBe(refused);
    }
  });

  it("whose request such a step overtakes, wherever, brings no link that serves", async () => {
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
      await late;
      const user = await fast.storage.users.findById(id);
      await fast.deliverMails();
      expect([stop, fast.mails]).toEqual([stop, []]);
      expect(await fast.storage.users.findById(id)).toEqual(user);
    }
  });
});

it("a process that dies while it asks for a change of address has not told the new one alone", async () => {
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

  it("is refused where the present address can be told nothing more", async () => {
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

  it("takes nothing from what the present address may be told where the new one is refused", async () => {
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

  it("leaves the limit of other kinds of mails alone, so that it keeps nobody from a reset", async () => {
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
    await core.forgotPassword({ email: ada.email, client });
    await core.forgotPassword({ email: "nobody@example.com", client });
    await core.deliverMails();
    expect(core.reported.slice(4)).toEqual([
      { type: "password_reset_requested" },
      { type: "password_reset_requested" },
      { type: "link_mailed", purpose: "reset_password", userId },
    ]);
  });
});
