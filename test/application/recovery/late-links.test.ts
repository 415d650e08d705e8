import { describe, expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { ENDINGS, LINKS } from "../../support/mailed-links.ts";

/** The endings after which there is an enabled account with the address of the mail. */
const LEAVING = Object.keys(ENDINGS).filter(
  (ending) =>
    !["disabling", "the end of the account", "an operator who deletes the account"].includes(ending),
);

describe.each(["reset_password", "verify_email"] as const)(
  "a link to %s that was asked for, not mailed,",
  (purpose) => {
    const { ask, follow } = LINKS[purpose];

    it.each(LEAVING)("before %s is not mailed after it; one asked for since is", async (ending) => {
      const core = await makeCore();
      const own = await core.register(ada);
      // a second process accepts the call; its mail waits
      await ask(core, own);
      const [waiting] = await core.outbox.due(core.clock.now(), 1);
      if (waiting === undefined) throw new Error("no mail waits");
      await core.outbox.remove(waiting.id);
      core.clock.advance(1);
      await ENDINGS[ending]?.(core, own);
      await core.deliverMails();
      await core.outbox.add({ ...waiting, dueAt: core.clock.now() });
      const before = core.mails.length;
      await core.deliverMails();
      const page = LINKS[purpose].page;
      expect(core.mails.slice(before).filter(({ text }) => text.includes(page))).toEqual([]);
      expect(core.reported).toContainEqual(
        expect.objectContaining({ type: "mail_dropped", kind: waiting.kind }),
      );
    });

    it("in the moment of an ending or after it is mailed, and serves", async () => {
      const core = await makeCore();
      const own = await core.register(ada);
      await core.logoutEverywhere(own.accessToken, "all");
      await ask(core, own);
      await core.deliverMails();
      const token = /token=(\S+)/.exec(core.mails.at(-1)?.text ?? "")?.[1] ?? "";
      expect(await refusal(follow(core, token))).toBe("none");
    });
  },
);

it("an operator's link to choose a password verifies no address; one that was mailed does", async () => {
  for (const isMailed of [false, true]) {
    const core = await makeCore();
    await core.register(ada);
    if (isMailed) await core.forgotPassword({ email: ada.email, client });
    await core.deliverMails();
    const { link } = isMailed
      ? { link: /https?:\S+token=\S+/.exec(core.mails.at(-1)?.text ?? "")?.[0] ?? "" }
      : await core.makeResetLink(ada.email);
    const token = new URL(link).searchParams.get("token") ?? "";
    await core.resetPassword({ token, newPassword: "another horse", client });
    const { accessToken } = await core.login({ email: ada.email, password: "another horse", client });
    expect(await core.me(accessToken)).toMatchObject({ emailVerified: isMailed });
  }
});
