import { createClient } from "hbtu-connect-auth/client";
import { startTestAuth, type TestAuth } from "hbtu-connect-auth/testing";
import { afterEach, describe, expect, it } from "vitest";
import { call } from "../support/api.ts";

/** The mailbox of the test kit, and calls that need a confirmed address. */
const started: TestAuth[] = [];
afterEach(async () => {
  for (const auth of started.splice(0)) await auth.stop();
});

async function start(settings: Record<string, string> = {}): Promise<TestAuth> {
  const auth = await startTestAuth({ settings });
  started.push(auth);
  return auth;
}

const ada = { username: "ada", email: "ada@example.com", password: "correct horse battery" };

describe("the mailbox", () => {
  it("has each mail with its link and token, by address and in order", async () => {
    const auth = await start({ EMAIL_VERIFY_URL: "https://app.example.org/confirm?from=mail" });
    const client = createClient({ baseUrl: auth.url });
    await client.register(ada);
    await client.forgotPassword({ email: ada.email });
    const [confirm, reset] = [await auth.mails.next(), await auth.mails.next(ada.email)];
    expect(confirm).toMatchObject({ to: ada.email, subject: expect.any(String), html: expect.any(String) });
    const link = new URL(confirm.link ?? "");
    expect([link.origin, link.searchParams.get("from")]).toEqual(["https://app.example.org", "mail"]);
    expect(link.searchParams.get("token")).toBe(confirm.token);
    await client.verifyEmail({ token: confirm.token ?? "" });
    await client.resetPassword({ token: reset.token ?? "", new_password: "another horse battery" });
    expect(
      (await client.login({ ...ada, username: undefined, password: "another horse battery" })).username,
    ).toBe("ada");
    expect(await client.me()).toMatchObject({ email_verified: true });
    expect((await auth.mails.all(ada.email)).slice(0, 2)).toEqual([confirm, reset]);
    expect(await auth.mails.all("bob@example.com")).toEqual([]);
  });

  it("waits for a mail that is asked for later", async () => {
    const auth = await start();
    const { email } = await auth.user({ verified: true });
    const mail = auth.mails.next(email);
    await call(auth.url, "POST /api/password/forgot", { json: { email } });
    expect((await mail).token).toEqual(expect.any(String));
  });

  it("has mails without a link, and says where none comes", async () => {
    const auth = await start();
    const user = await auth.user({ verified: true });
    const json = { current_password: user.password, new_password: "another horse battery" };
    await call(auth.url, "POST /api/password", { token: user.access_token, json });
    const { link, token, text } = await auth.mails.next();
    expect([link, token, text.length > 0]).toEqual([undefined, undefined, true]);
    await expect(auth.mails.next("nobody@example.com")).rejects.toThrow("No mail to nobody@example.com");
  });

  it("takes the mails even where a mail server is named", async () => {
    const auth = await start({ SMTP_URL: "smtp://127.0.0.1:9", MAIL_FROM: "a@example.org" });
    await auth.user(ada);
    expect((await auth.mails.next(ada.email)).token).toEqual(expect.any(String));
  });

  it("takes links that are over as the service does", async () => {
    const auth = await start();
    await auth.user(ada);
    const { token } = await auth.mails.next();
    auth.clock.advance("30d");
    const { body } = await call(auth.url, "POST /api/email/verify", { json: { token } });
    expect(body.code).toBe("invalid_verification_token");
  });
});

describe("a user", () => {
  it("is unconfirmed, or confirmed without a mail of it left", async () => {
    const auth = await start();
    const users = await Promise.all([
      auth.user(),
      ...Array.from({ length: 5 }, () => auth.user({ verified: true })),
    ]);
    for (const [nth, user] of users.entries()) {
      expect(user.email_verified).toBe(nth > 0);
      const { body } = await call(auth.url, "GET /api/me", { token: user.access_token });
      expect(body.email_verified).toBe(nth > 0);
      const listed = await call(auth.url, "GET /api/sessions", { token: user.access_token });
      expect(listed.body.sessions).toHaveLength(1);
      expect(await auth.mails.all(user.email)).toHaveLength(nth === 0 ? 1 : 0);
    }
  });

  it.each([
    { REQUIRE_VERIFIED_EMAIL: "true" },
    { REGISTRATION_ANSWER: "same", REQUIRE_VERIFIED_EMAIL: "true" },
  ])("can log in with %o, unless it is to be unconfirmed", async (settings) => {
    const auth = await start(settings);
    const user = await auth.user();
    expect(user.email_verified).toBe(true);
    expect((await auth.login(user)).id).toBe(user.id);
    const unconfirmed = await auth.user({ verified: false });
    const { email, password } = unconfirmed;
    const login = () => call(auth.url, "POST /api/login", { json: { email, password } });
    expect((await login()).body.code).toBe("email_unverified");
    const { token } = await auth.mails.next(email);
    await call(auth.url, "POST /api/email/verify", { json: { token } });
    expect((await login()).status).toBe(200);
  });
});
