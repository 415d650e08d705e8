import { expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";

async function verified() {
  const core = await makeCore();
  const { accessToken } = await core.register(ada);
  const user = await core.storage.users.findByUsername("ada");
  if (!user) throw new Error("there is no such user");
  await core.storage.users.rename(user, { emailVerified: true });
  const change = (email: string) =>
    core.updateProfile({ accessToken, password: ada.password, email, client });
  return { core, user, accessToken, change };
}

it("an address that differs before the @ in letter case is confirmed as any other, and can be put back", async () => {
  const { core, accessToken, change } = await verified();
  const email = "ada@example.com";
  expect(await change(email)).toMatchObject({ email: ada.email, pendingEmail: email });
  await core.deliverMails();
  expect(core.mails.map(({ to }) => to)).toEqual([ada.email, email]);
  const [warning, request] = core.mails.map(({ text }) => /token=(\S+)/.exec(text)?.[1] ?? "");
  await core.verifyEmail({ token: request as string, client });
  expect(await core.me(accessToken)).toMatchObject({ email, emailVerified: true });
  await core.cancelEmailChange({ token: warning as string, client });
  expect(await core.storage.users.findByEmail(email)).toMatchObject({ email: { shown: ada.email } });
});

it("a change of only the letter case of the domain takes effect at once", async () => {
  const { core, accessToken, change } = await verified();
  expect(await change("Ada@EXAMPLE.com")).toMatchObject({
    email: "Ada@EXAMPLE.com",
    pendingEmail: undefined,
  });
  expect(await core.me(accessToken)).toMatchObject({ emailVerified: true });
  expect(await core.deliverMails()).toBe(0);
});

it("an account that a former version stored under the other sigma is found, and its domain is not taken for that one", async () => {
  const { core, user } = await verified();
  const final = "ada@\u03bb\u03cc\u03b3\u03bf\u03c2.gr";
  const other = "ada@\u03bb\u03cc\u03b3\u03bf\u03c3.gr";
  const canonical = core.core.canonicalEmail(other);
  await core.storage.users.rename(user, { email: { shown: final, canonical } });
  const { accessToken } = await core.login({ email: final, password: ada.password, client });
  const asked = core.updateProfile({ accessToken, password: ada.password, email: other, client });
  expect(await asked).toMatchObject({ email: final, pendingEmail: other });
});

it("no link to register that was asked for before makes an account again once it was deleted", async () => {
  const core = await makeCore(undefined, {
    REGISTRATION_ANSWER: "same",
    SMTP_URL: "smtp://localhost",
    MAIL_FROM: "auth@example.com",
  });
  await core.signUp(ada);
  await core.signUp(ada);
  await core.deliverMails();
  const links = core.mails.map(({ text }) => /token=(\S+)/.exec(text)?.[1] ?? "");
  const follow = (token = "") => refusal(core.confirmAddress({ token, client }));
  expect(await follow(links[0])).toBe("none");
  core.clock.advance(1);
  await core.deleteUser("ada");
  expect(await follow(links[1])).toBe("invalid_verification_token");
  core.clock.advance(1);
  await core.signUp(ada);
  await core.deliverMails();
  expect(await follow(/token=(\S+)/.exec(core.mails.at(-1)?.text ?? "")?.[1])).toBe("none");
});
