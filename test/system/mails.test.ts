import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, registered, someone } from "../support/api.ts";
import { runCli } from "../support/cli.ts";
import { rankDistance } from "../support/rank-test.ts";
import {
  FREE_AND_CHEAP,
  type ServerProcess,
  startServer,
  temporaryDirectory,
} from "../support/server-process.ts";
import { startSmtpServer, type TestSmtpServer } from "../support/smtp-server.ts";
import { sharedStorages, storageChoices } from "../support/storage-choices.ts";
import { startTwoServers, type TwoServers } from "../support/two-servers.ts";

/** The mail server, which starts after the tests are declared. */
type Smtp = () => TestSmtpServer;

const NEW_PASSWORD = "another horse";

function settingsFor({ url }: TestSmtpServer): Record<string, string> {
  return {
    SMTP_URL: `${url}?ignoreTLS=true`,
    MAIL_FROM: "HBTU Connect <auth@example.com>",
    PASSWORD_RESET_URL: "https://app.example.com/new-password",
    EMAIL_VERIFY_URL: "https://app.example.com/confirm?from=mail",
  };
}

/** Waits for `count` mails to an address. Resolves to the token in the link of the last one. */
async function mailedToken(smtp: Smtp, address: string, count = 1): Promise<string> {
  const mailsTo = () => smtp().mails.filter(({ to }) => to.includes(address));
  await expect.poll(() => mailsTo().length, { timeout: 10_000 }).toBe(count);
  // two mails that are due at once are sent in any order
  const links = mailsTo().flatMap(({ text = "" }) => /https:\S+/.exec(text)?.[0] ?? []);
  const link = links.find((text) => text.includes(count > 1 ? "new-password" : "confirm")) ?? "";
  expect(link).toMatch(/^https:\/\/app\.example\.com\//);
  return new URL(link).searchParams.get("token") ?? "";
}

/** Sends calls to the two processes in turn. */
function flows(urls: readonly string[], smtp: Smtp): void {
  let turn = 0;
  const next: typeof call = (_, request, options) => {
    turn += 1;
    return call(urls[turn % urls.length] as string, request, options);
  };
  const ask = (request: string, json: object, token?: string) =>
    next("", request, { json, ...(token !== undefined && { token }) });
  const login = (email: string, password: string) => ask("POST /api/login", { email, password });

  it("a forgotten password is replaced, once, and every session ends", async () => {
    const { email, password, access_token, refresh_token } = await registered(urls[0] as string);
    const told = await ask("POST /api/password/forgot", { email });
    expect(told).toMatchObject({ status: 202 });
    expect(await ask("POST /api/password/forgot", { email: "nobody@example.com" })).toMatchObject({
      status: 202,
      body: told.body,
    });
    // the first mail asked to confirm the address
    const token = await mailedToken(smtp, email, 2);
    const reset = { token, new_password: NEW_PASSWORD };
    const both = await Promise.all([
      ask("POST /api/password/reset", reset),
      ask("POST /api/password/reset", reset),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(both.find(({ status }) => status === 400)?.body).toMatchObject({ code: "invalid_reset_token" });
    for (const path of ["GET /api/me", "GET /api/token/refresh"]) {
      const dead = path === "GET /api/me" ? access_token : refresh_token;
      expect(await next("", path, { token: dead })).toMatchObject({ status: 401 });
    }
    expect(await login(email, password)).toMatchObject({ status: 401 });
    const { status, body } = await login(email, NEW_PASSWORD);
    expect(status).toBe(200);
    expect(await next("", "GET /api/me", { token: body.access_token })).toMatchObject({
      body: { email_verified: true },
    });
  });

  it("an address is confirmed, and changed to another one that is confirmed", async () => {
    const { email, password, access_token: token } = await registered(urls[0] as string);
    const first = await mailedToken(smtp, email);
    expect(await ask("POST /api/email/verify", { token: first })).toMatchObject({ status: 200 });
    expect(await ask("POST /api/email/verify", { token: first })).toMatchObject({
      status: 400,
      body: { code: "invalid_verification_token" },
    });
    const { email: newEmail, username } = someone();
    const changed = await ask("PATCH /api/me", { password, email: newEmail, username }, token);
    expect(changed).toMatchObject({
      status: 200,
      body: { username, email, email_verified: true, pending_email: newEmail },
    });
    const link = await mailedToken(smtp, newEmail);
    expect(await ask("POST /api/email/verify", { token: link })).toMatchObject({ status: 200 });
    expect(await next("", "GET /api/me", { token })).toMatchObject({ body: { email: newEmail, username } });
    // the old address is notified
    await expect
      .poll(() => smtp().mails.filter(({ to }) => to.includes(email)).length, { timeout: 10_000 })
      .toBe(2);
    expect(await login(newEmail, password)).toMatchObject({ status: 200 });
  });

  it("a link leads to the configured page, whatever Host the request names", async () => {
    const { email } = await registered(urls[0] as string);
    const headers = {
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "http",
      origin: "http://evil.example",
    };
    await next("", "POST /api/password/forgot", { json: { email }, headers });
    await mailedToken(smtp, email, 2);
    for (const { text, html } of smtp().mails) expect(`${text}${html}`).not.toContain("evil.example");
  });

  it.each([
    [["ada@example.com", "eve@example.com"], "wrong_type"],
    ["ada@example.com, eve@example.com", "invalid_email"],
    ["ada@example.com\r\nBcc: eve@example.com", "invalid_email"],
    ["аda@example.com", "invalid_email"],
    [{ $ne: "" }, "wrong_type"],
  ])("%j is no address to write to", async (email, code) => {
    for (const path of ["/api/password/forgot", "/api/email/verify/resend"]) {
      expect(await ask(`POST ${path}`, { email })).toMatchObject({
        status: 400,
        body: { code: "validation_failed", errors: [{ path: "email", code }] },
      });
    }
  });
}

describe.each(sharedStorages)("mails of two processes on $name", (storage) => {
  const urls: string[] = [];
  let smtp: TestSmtpServer;
  let servers: TwoServers;
  beforeAll(async () => {
    smtp = await startSmtpServer();
    servers = await startTwoServers(storage, settingsFor(smtp));
    urls.push(...servers.urls);
  });
  afterAll(async () => {
    await servers.end();
    await smtp.end();
  });
  flows(urls, () => smtp);

  it("an operator without mail hands a link over", async () => {
    const { email } = await registered(urls[0] as string);
    const { stdout } = await runCli(servers.env, ["user", "reset-link", email, "--json"]);
    const { link } = JSON.parse(stdout);
    const token = new URL(link).searchParams.get("token");
    const reset = { token, new_password: NEW_PASSWORD };
    expect(await call(urls[1] as string, "POST /api/password/reset", { json: reset })).toMatchObject({
      status: 200,
    });
  });
});

describe.each(storageChoices.slice(0, 1))("mails on $name", ({ open }) => {
  const urls: string[] = [];
  let smtp: TestSmtpServer;
  let server: ServerProcess;
  beforeAll(async () => {
    smtp = await startSmtpServer();
    server = await startServer({ ...open().env, ...FREE_AND_CHEAP, ...settingsFor(smtp) });
    urls.push(server.url);
  });
  afterAll(async () => {
    await server.end();
    await smtp.end();
  });
  flows(urls, () => smtp);

  it("say what the operator's own templates say", async () => {
    const directory = temporaryDirectory();
    writeFileSync(
      join(directory.path, "password_reset.txt"),
      "Subject: Servus\n\nNew password here:\n{{link}}\n",
    );
    const own = await startServer({
      STORAGE: "memory",
      ...FREE_AND_CHEAP,
      ...settingsFor(smtp),
      MAIL_TEMPLATES: directory.path,
    });
    try {
      const { email } = await registered(own.url);
      await call(own.url, "POST /api/password/forgot", { json: { email } });
      const reset = () =>
        smtp.mails.find(({ to, text }) => to.includes(email) && text?.includes("New password"));
      await expect.poll(reset, { timeout: 10_000 }).toMatchObject({ subject: "Servus" });
    } finally {
      await own.end();
      directory.remove();
    }
  });

  it("takes as long to be asked for, whether anybody has the address or not", async () => {
    const { email } = await registered(server.url);
    const times: Record<string, number[]> = { [email]: [], "nobody@example.com": [] };
    for (let round = 0; round < 320; round += 1) {
      const inTurn = Object.entries(times);
      if (round % 2) inTurn.reverse();
      for (const [address, taken] of inTurn) {
        const began = performance.now();
        await call(server.url, "POST /api/password/forgot", { json: { email: address } });
        if (round >= 20) taken.push(performance.now() - began);
      }
    }
    const [known = [], unknown = []] = Object.values(times);
    expect(Math.abs(rankDistance(known, unknown))).toBeLessThan(5);
  }, 60_000);
});

// concurrent, since an interrupted mail waits a minute for its next attempt
it.concurrent.for(["recipient", "greeting"] as const)(
  "a mail server that hangs at the %s slows no call and no stop, and loses no mail",
  { timeout: 120_000 },
  async (where, { expect }) => {
    const storage = (sharedStorages[0] as (typeof sharedStorages)[number]).open();
    const smtp = await startSmtpServer();
    smtp.stall(where);
    const env = { ...storage.env, ...FREE_AND_CHEAP, ...settingsFor(smtp) };
    try {
      const first = await startServer(env);
      const people = [];
      for (let index = 0; index < 20; index += 1) {
        const { email, password } = await registered(first.url);
        await call(first.url, "POST /api/password/forgot", { json: { email } });
        expect(await call(first.url, "POST /api/login", { json: { email, password } })).toMatchObject({
          status: 200,
        });
        people.push(email);
      }
      // if calls waited for mails, each of the 40 would have opened a connection before its call was answered
      expect(smtp.opened).toBeLessThan(20);
      await expect.poll(() => smtp.connections, { timeout: 10_000 }).toBeGreaterThan(0);
      const asked = Date.now();
      expect(await first.end()).toBe(0);
      expect(Date.now() - asked).toBeLessThan(10_000);
      expect(smtp.mails).toEqual([]);
      smtp.accept();
      const second = await startServer(env);
      for (const email of people) {
        const reached = () => smtp.mails.filter(({ to }) => to.includes(email)).length;
        await expect.poll(reached, { timeout: 90_000 }).toBeGreaterThanOrEqual(2);
      }
      await second.end();
    } finally {
      await smtp.end();
      await storage.remove();
    }
  },
);

it.concurrent.for(sharedStorages)(
  "no mail is lost by SIGKILL between request and mail, on $name",
  { timeout: 120_000 },
  async ({ open }, { expect }) => {
    const storage = open();
    const smtp = await startSmtpServer();
    const env = { ...storage.env, ...FREE_AND_CHEAP, ...settingsFor(smtp) };
    try {
      const first = await startServer(env);
      const people = [];
      for (let index = 0; index < 5; index += 1) {
        const { email } = await registered(first.url);
        await call(first.url, "POST /api/password/forgot", { json: { email } });
        people.push(email);
      }
      await first.end("SIGKILL");
      const second = await startServer(env);
      for (const email of people) {
        // a mail begun when the process was killed comes a minute later, the others at once
        const reached = () => smtp.mails.some(({ to }) => to.includes(email));
        await expect.poll(reached, { timeout: 90_000 }).toBe(true);
      }
      await second.end();
    } finally {
      await smtp.end();
      await storage.remove();
    }
  },
);
