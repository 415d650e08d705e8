import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient } from "../../src/client/client.ts";
import type { RunningService } from "../../src/composition/server/service.ts";
import { someone } from "../support/api.ts";
import { startTestService } from "../support/service.ts";
import { startSmtpServer, type TestSmtpServer } from "../support/smtp-server.ts";
import { clientOfSomeone } from "../support/typed-client.ts";

/** Every call of the client, against the real service. */

const API = { id: "api", secret: "a secret of this api + 100% € long enough" };
const MESSAGE = { message: expect.any(String) };

let smtp: TestSmtpServer;
let service: RunningService;
let baseUrl: string;
beforeAll(async () => {
  smtp = await startSmtpServer();
  service = await startTestService({
    SMTP_URL: `${smtp.url}?ignoreTLS=true`,
    MAIL_FROM: "auth@example.com",
    REFRESH_ROTATION: "true",
    INTROSPECTION_CLIENTS: `${API.id}:${API.secret}`,
  });
  baseUrl = service.address;
});
afterAll(async () => {
  await service.stop();
  await smtp.end();
});

/** The token in the link to such a page that was mailed to the address. */
async function mailedToken(address: string, page: string): Promise<string> {
  const links = () =>
    smtp.mails
      .filter(({ to }) => to.includes(address))
      .flatMap(({ text = "" }) => /http:\S+/.exec(text)?.[0] ?? [])
      .filter((link) => link.includes(page));
  await expect.poll(() => links().length, { timeout: 10_000 }).toBe(1);
  return new URL(links()[0] as string).searchParams.get("token") ?? "";
}

it("register, login, refresh, me", async () => {
  const client = createClient({ baseUrl: `${baseUrl}/` });
  const person = someone();
  expect(await client.isSignedIn()).toBe(false);
  const answer = await client.register(person);
  expect(answer).toMatchObject({
    username: person.username,
    token_type: "Bearer",
    expires_in: 86400,
    ...MESSAGE,
  });
  expect(await client.isSignedIn()).toBe(true);
  const { email, username, password } = person;
  for (const credentials of [
    { email, password },
    { username, password },
  ]) {
    const { access_token, refresh_token } = await client.login(credentials);
    const next = await client.refresh();
    expect(next.access_token).not.toBe(access_token);
    expect(next.refresh_token).not.toBe(refresh_token);
  }
  expect(await client.me()).toEqual({
    id: expect.any(String),
    username,
    email,
    email_verified: false,
    created_at: expect.stringMatching(/Z$/),
  });
});

it("updateProfile, and verifyEmail of the new address", async () => {
  const { client, person } = await clientOfSomeone(baseUrl);
  const { username, email } = someone();
  const changed = await client.updateProfile({ password: person.password, username, email });
  expect(changed).toMatchObject({ username, email: person.email, pending_email: email });
  expect(await client.verifyEmail({ token: await mailedToken(email, "verify-email") })).toEqual(MESSAGE);
  expect(await client.me()).toMatchObject({ email, email_verified: true });
});

it("cancelEmailChange", async () => {
  const { client, person } = await clientOfSomeone(baseUrl);
  await client.updateProfile({ password: person.password, email: someone().email });
  const token = await mailedToken(person.email, "cancel-email-change");
  expect(await client.cancelEmailChange({ token })).toEqual(MESSAGE);
  await expect(client.cancelEmailChange({ token })).rejects.toMatchObject({
    code: "invalid_cancellation_token",
  });
  await expect(client.me()).rejects.toMatchObject({ code: "revoked_token" });
});

it("resendVerification", async () => {
  const { client } = await clientOfSomeone(baseUrl);
  expect(await client.resendVerification({ email: "nobody@example.com" })).toEqual(MESSAGE);
});

it("forgotPassword, resetPassword", async () => {
  const { client, person } = await clientOfSomeone(baseUrl);
  const { email } = person;
  expect(await client.forgotPassword({ email })).toEqual(MESSAGE);
  const token = await mailedToken(email, "reset-password");
  expect(await client.resetPassword({ token, new_password: "another horse" })).toEqual(MESSAGE);
  await expect(client.me()).rejects.toMatchObject({ code: "revoked_token" });
  await client.login({ email, password: "another horse" });
  expect(await client.me()).toMatchObject({ email });
});

it("changePassword", async () => {
  const { client, credentials, person } = await clientOfSomeone(baseUrl);
  const other = createClient({ baseUrl });
  await other.login(credentials);
  const change = { current_password: person.password, new_password: "another horse" };
  expect(await client.changePassword(change)).toEqual({ ...MESSAGE, sessions_ended: 1 });
  expect(await client.me()).toMatchObject({ email: person.email });
  await expect(other.me()).rejects.toMatchObject({ code: "revoked_token" });
});

it("deleteAccount", async () => {
  const { client, credentials, person } = await clientOfSomeone(baseUrl);
  await expect(client.deleteAccount({ password: "wrong horse" })).rejects.toMatchObject({
    code: "invalid_credentials",
  });
  expect(await client.deleteAccount({ password: person.password })).toBeUndefined();
  expect(await client.isSignedIn()).toBe(false);
  await expect(client.login(credentials)).rejects.toMatchObject({ code: "invalid_credentials" });
});

it("sessions, endSession, logoutOthers, logoutAll", async () => {
  const { client, credentials } = await clientOfSomeone(baseUrl);
  const others = [0, 1, 2].map(() => createClient({ baseUrl }));
  for (const other of others) await other.login(credentials);
  const { sessions } = await client.sessions();
  expect(sessions.map(({ current }) => current)).toEqual([false, false, false, true]);
  expect(await client.endSession((sessions[0] as { id: string }).id)).toBeUndefined();
  await expect(client.endSession("../me")).rejects.toMatchObject({ code: "not_found", status: 404 });
  expect(await client.logoutOthers()).toEqual({ ...MESSAGE, sessions_ended: 2 });
  for (const other of others) await expect(other.me()).rejects.toMatchObject({ code: "revoked_token" });
  expect(await client.logoutAll()).toEqual({ ...MESSAGE, sessions_ended: 1 });
  expect(await client.isSignedIn()).toBe(false);
});

it("logout, also where the session is over already", async () => {
  const { client, credentials, tokens } = await clientOfSomeone(baseUrl);
  const other = createClient({ baseUrl });
  await other.login(credentials);
  expect(await client.logout()).toBeUndefined();
  expect(await client.isSignedIn()).toBe(false);
  expect(await client.introspect({ token: tokens.access_token ?? "" }, API)).toEqual({ active: false });
  await client.login(credentials);
  await client.logoutOthers();
  expect(await other.logout()).toBeUndefined();
  expect(await other.isSignedIn()).toBe(false);
});

it("logoutAccess ends the access token alone, logoutRefresh refreshing", async () => {
  const { client, tokens } = await clientOfSomeone(baseUrl);
  await client.logoutAccess();
  expect(await client.introspect({ token: tokens.access_token ?? "" }, API)).toEqual({ active: false });
  expect(await client.me()).toMatchObject({ email: expect.any(String) });
  await client.logoutRefresh();
  expect(await client.me()).toMatchObject({ email: expect.any(String) });
  await expect(client.refresh()).rejects.toMatchObject({ code: "missing_token" });
  await client.logoutAccess();
  expect(await client.isSignedIn()).toBe(false);
});

it("introspect, revokeToken", async () => {
  const { client, person, tokens } = await clientOfSomeone(baseUrl);
  const { access_token: token = "", refresh_token = "" } = tokens;
  const found = await client.introspect({ token }, API);
  expect(found).toMatchObject({ active: true, username: person.username, type: "access" });
  const asRefresh = { token: refresh_token, token_type_hint: "refresh_token" } as const;
  expect(await client.introspect(asRefresh, API)).toMatchObject({ active: true, type: "refresh" });
  expect(await client.revokeToken(refresh_token)).toBeUndefined();
  expect(await client.introspect({ token }, API)).toEqual({ active: false });
});

it("jwks, metadata, live, ready, version", async () => {
  const client = createClient({ baseUrl });
  expect(await client.jwks()).toMatchObject({ keys: [{ kty: "EC", alg: "ES256" }] });
  expect(await client.metadata()).toMatchObject({ issuer: "http://localhost:5000" });
  expect(await client.live()).toEqual({ status: "live" });
  expect(await client.ready()).toMatchObject({ status: "ready", checks: { storage: "ok" } });
  expect(await client.version()).toEqual({ name: "hbtu-connect-auth", version: expect.any(String) });
});
