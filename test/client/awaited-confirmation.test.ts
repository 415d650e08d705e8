import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient, memoryTokens } from "../../src/client/client.ts";
import type { RunningService } from "../../src/composition/server/service.ts";
import { someone } from "../support/api.ts";
import { startTestService } from "../support/service.ts";
import { startSmtpServer, type TestSmtpServer } from "../support/smtp-server.ts";

/** Registration with a service that requires a confirmed address. */

let smtp: TestSmtpServer;
const services = new Map<string, RunningService>();
const SETTINGS = {
  REQUIRE_VERIFIED_EMAIL: { REQUIRE_VERIFIED_EMAIL: "true" },
  REGISTRATION_ANSWER: { REGISTRATION_ANSWER: "same" },
};

beforeAll(async () => {
  smtp = await startSmtpServer();
  const mail = { SMTP_URL: `${smtp.url}?ignoreTLS=true`, MAIL_FROM: "auth@example.com" };
  for (const [name, settings] of Object.entries(SETTINGS)) {
    services.set(name, await startTestService({ ...mail, ...settings }));
  }
});
afterAll(async () => {
  for (const service of services.values()) await service.stop();
  await smtp.end();
});

it.each(Object.keys(SETTINGS))("with %s: nobody is signed in before the link is followed", async (name) => {
  const { address: baseUrl } = services.get(name) as RunningService;
  const client = createClient({ baseUrl });
  const person = someone();
  const answer = await client.register(person);
  expect(answer).toEqual({ username: person.username, message: expect.any(String) });
  expect(answer.access_token).toBeUndefined();
  expect(await client.isSignedIn()).toBe(false);
  const link = () =>
    smtp.mails
      .filter(({ to }) => to.includes(person.email))
      .map(({ text }) => /http:\S+/.exec(text ?? "")?.[0]);
  await expect.poll(() => link().length, { timeout: 10_000 }).toBe(1);
  const token = new URL(link()[0] ?? "").searchParams.get("token") ?? "";
  await client.verifyEmail({ token });
  await client.login({ email: person.email, password: person.password });
  expect(await client.me()).toMatchObject({ username: person.username, email_verified: true });
});

it("signs out a user who was signed in before, as a registration does", async () => {
  const { address: baseUrl } = services.get("REGISTRATION_ANSWER") as RunningService;
  let ends = 0;
  const tokens = memoryTokens({ access_token: "other-access", refresh_token: "other-refresh" });
  const client = createClient({ baseUrl, tokens, onSignedOut: () => (ends += 1) });
  await client.register(someone());
  expect(await client.isSignedIn()).toBe(false);
  expect([await tokens.get(), ends]).toEqual([{ former_token: "other-refresh" }, 0]);
});
