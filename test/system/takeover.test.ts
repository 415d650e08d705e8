import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, call, registered, someone } from "../support/api.ts";
import { runCli } from "../support/cli.ts";
import { startSmtpServer, type TestSmtpServer } from "../support/smtp-server.ts";
import { sharedStorages } from "../support/storage-choices.ts";
import { startTwoServers, type TwoServers } from "../support/two-servers.ts";

/**
 * A thief with the password requests another address and keeps the link; the owner recovers the account. Calls go to
 * the two processes in turn.
 */
describe.each(sharedStorages)("a pending change of address, on $name", (storage) => {
  let smtp: TestSmtpServer;
  let servers: TwoServers;
  let turn = 0;
  beforeAll(async () => {
    smtp = await startSmtpServer();
    servers = await startTwoServers(storage, {
      SMTP_URL: `${smtp.url}?ignoreTLS=true`,
      MAIL_FROM: "auth@example.com",
    });
  });
  afterAll(async () => {
    await servers.end();
    await smtp.end();
  });

  function ask(request: string, json?: object, token?: string): Promise<Answer> {
    turn += 1;
    const options = { ...(json && { json }), ...(token !== undefined && { token }) };
    return call(servers.urls[turn % 2] as string, request, options);
  }

  /** The token of the mailed link to this page. */
  async function mailed(address: string, page: string): Promise<string> {
    const links = () =>
      smtp.mails
        .filter(({ to }) => to.includes(address))
        .flatMap(({ text = "" }) => /http:\S+/.exec(text)?.[0] ?? [])
        .filter((link) => link.includes(page));
    await expect.poll(() => links().length, { timeout: 10_000 }).toBe(1);
    return new URL(links()[0] as string).searchParams.get("token") ?? "";
  }

  /** An account with a known password, for which a thief has requested an address and holds its link. */
  async function underAttack() {
    const owner = await registered(servers.urls[0]);
    const { email, password } = owner;
    const attacker = someone().email;
    const { body } = await ask("POST /api/login", { email, password });
    const theirs: string = body.access_token;
    expect(await ask("PATCH /api/me", { password, email: attacker }, theirs)).toMatchObject({
      status: 200,
      body: { email, pending_email: attacker },
    });
    return { owner, theirs, confirm: await mailed(attacker, "verify-email") };
  }

  /** Recovers by the address alone, by a link that was mailed unrequested. */
  async function expectOwnersByMail({
    username,
    email,
    password,
  }: {
    username: string;
    email: string;
    password: string;
  }) {
    const former = await ask("POST /api/login", { username, password });
    expect(former).toMatchObject({ status: 401, body: { code: "invalid_credentials" } });
    const token = await mailed(email, "reset-password");
    const reset = await ask("POST /api/password/reset", { token, new_password: "another horse" });
    expect(reset.status).toBe(200);
    const login = await ask("POST /api/login", { email, password: "another horse" });
    expect(await ask("GET /api/me", undefined, login.body.access_token)).toMatchObject({
      body: { email, email_verified: true },
    });
  }

  const DEAD = { status: 400, body: { code: "invalid_verification_token" } };

  it("dies when its owner takes the account back", async () => {
    const { owner, confirm } = await underAttack();
    const { email } = owner;
    await ask("POST /api/password/forgot", { email });
    const token = await mailed(email, "reset-password");
    const reset = await ask("POST /api/password/reset", { token, new_password: "another horse" });
    expect(reset.status).toBe(200);
    const { body } = await ask("POST /api/login", { email, password: "another horse" });
    const change = { current_password: "another horse", new_password: "the third horse" };
    expect((await ask("POST /api/password", change, body.access_token)).status).toBe(200);
    expect((await ask("POST /api/logout/all", undefined, body.access_token)).status).toBe(200);
    expect(await ask("POST /api/email/verify", { token: confirm })).toMatchObject(DEAD);
    const login = await ask("POST /api/login", { email, password: "the third horse" });
    expect(await ask("GET /api/me", undefined, login.body.access_token)).toMatchObject({ body: { email } });
  });

  it("changes nothing of a disabled account, nor of one that is enabled again", async () => {
    const { owner, confirm } = await underAttack();
    await runCli(servers.env, ["user", "disable", owner.email]);
    expect(await ask("POST /api/email/verify", { token: confirm })).toMatchObject(DEAD);
    const { status, stdout, stderr } = await runCli(servers.env, ["user", "reset-link", owner.email]);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("The account is disabled");
    await runCli(servers.env, ["user", "enable", owner.email]);
    expect(await ask("POST /api/email/verify", { token: confirm })).toMatchObject(DEAD);
    const { email, password } = owner;
    expect((await ask("POST /api/login", { email, password })).status).toBe(200);
  });

  it("is told to the former address at once, which cancels it, and with it every session", async () => {
    const { owner, theirs, confirm } = await underAttack();
    const cancel = await mailed(owner.email, "cancel-email-change");
    const both = await Promise.all([
      ask("POST /api/email/cancel", { token: cancel }),
      ask("POST /api/email/cancel", { token: cancel }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    const refused = both.find(({ status }) => status === 400);
    expect(refused?.body).toMatchObject({ code: "invalid_cancellation_token" });
    expect(await ask("POST /api/email/verify", { token: confirm })).toMatchObject(DEAD);
    for (const token of [theirs, owner.access_token]) {
      expect(await ask("GET /api/me", undefined, token)).toMatchObject({ status: 401 });
    }
    await expectOwnersByMail(owner);
  });

  it("is undone after it was confirmed, whatever the thief did to keep it, and so is the password", async () => {
    const { owner, theirs, confirm } = await underAttack();
    expect((await ask("POST /api/email/verify", { token: confirm })).status).toBe(200);
    expect((await ask("POST /api/logout/all", undefined, theirs)).status).toBe(200);
    const cancel = await mailed(owner.email, "cancel-email-change");
    expect((await ask("POST /api/email/cancel", { token: cancel })).status).toBe(200);
    await expectOwnersByMail(owner);
    const again = await ask("POST /api/email/cancel", { token: cancel });
    expect(again).toMatchObject({ status: 400, body: { code: "invalid_cancellation_token" } });
  });

  it("is undone by no link where the address has another account: nobody has the first one then", async () => {
    const { owner, confirm } = await underAttack();
    const { username, email, password } = owner;
    expect((await ask("POST /api/email/verify", { token: confirm })).status).toBe(200);
    const squatter = { ...someone(), email };
    expect((await ask("POST /api/register", squatter)).status).toBe(201);
    const cancel = await mailed(email, "cancel-email-change");
    const refused = await ask("POST /api/email/cancel", { token: cancel });
    expect(refused).toMatchObject({ status: 409, body: { code: "email_taken" } });
    expect((await ask("POST /api/login", { username, password })).status).not.toBe(200);
  });

  it("is neither confirmed nor cancelled by looking at a link", async () => {
    const { owner, theirs, confirm } = await underAttack();
    const cancel = await mailed(owner.email, "cancel-email-change");
    for (const path of [`/api/email/verify?token=${confirm}`, `/api/email/cancel?token=${cancel}`]) {
      const { status } = await fetch(servers.urls[0] + path);
      expect(status).toBe(405);
    }
    expect(await ask("GET /api/me", undefined, theirs)).toMatchObject({ body: { email: owner.email } });
    expect((await ask("POST /api/email/verify", { token: confirm })).status).toBe(200);
  });
});
