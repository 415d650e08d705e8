import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Mail } from "../../../src/application/ports/mailer.ts";
import { readConfig } from "../../../src/composition/settings/config.ts";
import { openMail } from "../../../src/composition/wiring/mail.ts";
import { StartError } from "../../../src/composition/wiring/start-error.ts";
import { startSmtpServer } from "../../support/smtp-server.ts";

const MAIL: Mail = { to: "ada@example.org", subject: "Hello", text: "Text\n", html: "<p>Text</p>" };
const SMTP = { SMTP_URL: "smtp://127.0.0.1:1", MAIL_FROM: "Connect <auth@example.org>" };

const directory = mkdtempSync(join(tmpdir(), "connect-auth-mail-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** A log that keeps its lines. */
function makeLog() {
  const mails: Mail[] = [];
  const warnings: string[] = [];
  const log = {
    mails: { send: async (mail: Mail) => void mails.push(mail) },
    notices: { info: () => {}, warn: (what: string) => void warnings.push(what) },
  };
  return { log, mails, warnings };
}

it("mails go to the log where no server is configured, which is warned of", async () => {
  const { log, mails, warnings } = makeLog();
  const { mailer, templates, close } = await openMail(readConfig({}), log);
  expect(warnings).toEqual([
    expect.stringMatching(/^No SMTP_URL: mails, with the links in them, go to the log/),
  ]);
  await mailer.send(MAIL);
  expect(mails).toEqual([MAIL]);
  const facts = { username: "ada", email: "ada@example.org" };
  expect(templates.render("password_changed", facts).subject).toBe("Your password was changed");
  await close();
});

it("mails go to the server that is configured, and nowhere else", async () => {
  const server = await startSmtpServer();
  const { log, mails, warnings } = makeLog();
  const { mailer, close } = await openMail(readConfig({ ...SMTP, SMTP_URL: server.url }), log);
  await mailer.send(MAIL);
  await close();
  await server.end();
  expect(server.mails).toMatchObject([{ to: [MAIL.to], from: "auth@example.org", subject: "Hello" }]);
  expect([mails, warnings]).toEqual([[], []]);
});

it("a template that cannot be used stops the start, and is named", async () => {
  writeFileSync(join(directory, "email_change.txt"), "{{link}}");
  const opened = openMail(readConfig({ MAIL_TEMPLATES: directory }), makeLog().log);
  await expect(opened).rejects.toThrow(StartError);
  await expect(opened).rejects.toThrow(join(directory, "email_change.txt"));
});
