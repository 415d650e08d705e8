import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, someone } from "../support/api.ts";
import { startSmtpServer, type TestSmtpServer } from "../support/smtp-server.ts";
import { sharedStorages } from "../support/storage-choices.ts";
import { startTwoServers, type TwoServers } from "../support/two-servers.ts";

describe.each(sharedStorages)("with REGISTRATION_ANSWER=same, on $name", (storage) => {
  let smtp: TestSmtpServer;
  let servers: TwoServers;
  let urls: readonly [string, string];
  beforeAll(async () => {
    smtp = await startSmtpServer();
    servers = await startTwoServers(storage, {
      SMTP_URL: `${smtp.url}?ignoreTLS=true`,
      MAIL_FROM: "auth@example.com",
      EMAIL_VERIFY_URL: "https://app.example.com/confirm?from=mail",
      REGISTRATION_ANSWER: "same",
    });
    urls = servers.urls as unknown as readonly [string, string];
  });
  afterAll(async () => {
    await servers.end();
    await smtp.end();
  });

  const mailsTo = (address: string) => smtp.mails.filter(({ to }) => to.includes(address));

  /** Waits for `count` mails to an address. Resolves to the token in the link of the last one, if there is one. */
  async function mailedToken(address: string, count = 1): Promise<string | undefined> {
    await expect.poll(() => mailsTo(address).length, { timeout: 10_000 }).toBe(count);
    const [link] = /https:\S+/.exec(mailsTo(address).at(-1)?.text ?? "") ?? [];
    return link && (new URL(link).searchParams.get("token") ?? undefined);
  }

  /** The parts of an answer that could tell cases apart, without the requester's own values. */
  function shown({ status, headers, body }: Awaited<ReturnType<typeof call>>, ...own: string[]) {
    const kept = [...headers].filter(([name]) => name !== "date" && name !== "x-request-id");
    const text = JSON.stringify({ status, kept, body: { ...body, request_id: "" } });
    // the length depends on the request, which the requester knows
    return own.reduce((all, each) => all.replaceAll(each, "…"), text).replace(/"content-length","\d+"/, "");
  }

  it("one answer for free and taken addresses, an account by the link, on another process, and one of two at once", async () => {
    const person = someone();
    const first = await call(urls[0], "POST /api/register", { json: person });
    expect(first).toMatchObject({ status: 202, body: { username: person.username } });
    expect(Object.keys(first.body).sort()).toEqual(["message", "username"]);
    const token = await mailedToken(person.email);
    const { email, password } = person;
    expect(await call(urls[1], "POST /api/login", { json: { email, password } })).toMatchObject({
      status: 401,
    });
    const both = await Promise.all(
      urls.map((url) => call(url, "POST /api/email/verify", { json: { token } })),
    );
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(both.find(({ status }) => status !== 200)?.body.code).toBe("invalid_verification_token");
    const login = await call(urls[1], "POST /api/login", { json: { email, password } });
    expect(login.status).toBe(200);
    expect(await call(urls[0], "GET /api/me", { token: login.body.access_token })).toMatchObject({
      body: { username: person.username, email, email_verified: true },
    });

    const other = someone();
    const again = await call(urls[1], "POST /api/register", { json: { ...other, email } });
    expect(shown(again, other.username)).toBe(shown(first, person.username));
    expect(await mailedToken(email, 2)).toBeUndefined();
    expect(mailsTo(email).at(-1)?.subject).toBe("Your email address has an account already");
    // the name is still free, as after the request for a free address
    expect(await call(urls[0], "POST /api/register", { json: other })).toMatchObject({ status: 202 });
    const taken = await call(urls[0], "POST /api/register", {
      json: { ...other, username: person.username },
    });
    expect(taken).toMatchObject({ status: 409, body: { code: "username_taken" } });
  });

  it("one answer for free and taken addresses that an account asks for", async () => {
    const [owner, asker] = [someone(), someone()];
    for (const person of [owner, asker]) {
      await call(urls[0], "POST /api/register", { json: person });
      const token = await mailedToken(person.email);
      expect(await call(urls[1], "POST /api/email/verify", { json: { token } })).toMatchObject({
        status: 200,
      });
    }
    const { email, password } = asker;
    const { body } = await call(urls[0], "POST /api/login", { json: { email, password } });
    const ask = (wanted: string) =>
      call(urls[1], "PATCH /api/me", { json: { email: wanted, password }, token: body.access_token });
    const free = someone().email;
    const [taken, granted] = [await ask(owner.email), await ask(free)];
    expect(granted).toMatchObject({ status: 200, body: { email, pending_email: free } });
    expect(shown(taken, owner.email)).toBe(shown(granted, free));
    expect(await mailedToken(owner.email, 2)).toBeUndefined();
    expect(await mailedToken(free)).toBeDefined();
  });
});
