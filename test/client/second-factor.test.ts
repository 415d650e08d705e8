import { startTestAuth, type TestAuth } from "hbtu-connect-auth/testing";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient, memoryTokens } from "../../src/client/client.ts";
import { codeAt } from "../support/authenticator.ts";

/** Second factors by the typed client, against the service. */

let auth: TestAuth;
beforeAll(async () => {
  auth = await startTestAuth();
});
afterAll(() => auth.stop());

async function signedIn() {
  const user = await auth.user();
  const { access_token, refresh_token } = user;
  const tokens = memoryTokens({ access_token, refresh_token });
  const signedOut: string[] = [];
  const onSignedOut = ({ code }: { readonly code: string }) => void signedOut.push(code);
  return { user, tokens, signedOut, client: createClient({ baseUrl: auth.url, tokens, onSignedOut }) };
}

const shown = (secret: string) => codeAt(secret, auth.clock.now());

/** Somebody who has set up an authenticator a minute ago. */
async function enrolled() {
  const one = await signedIn();
  const { secret } = await one.client.beginTotp();
  const { recovery_codes } = await one.client.confirmTotp({ code: shown(secret) });
  auth.clock.advance("1m");
  return { ...one, secret, recovery_codes };
}

/** A client where nobody is signed in. */
function stranger() {
  const tokens = memoryTokens();
  return { tokens, client: createClient({ baseUrl: auth.url, tokens }) };
}

it("a sign-in is refused with challenge and factors, and signs nobody in until it is completed", async () => {
  const { user, secret } = await enrolled();
  const { tokens, client } = stranger();
  const { email, password } = user;
  const refused = await client.login({ email, password }).catch((error) => error);
  expect(refused).toMatchObject({
    name: "AuthApiError",
    code: "second_factor_required",
    status: 403,
    challenge: expect.any(String),
    factors: ["totp", "recovery_code"],
  });
  expect(await tokens.get()).toEqual(await memoryTokens().get());
  expect(await client.isSignedIn()).toBe(false);
  const { challenge } = refused;
  const wrong = await client.completeLogin({ challenge, code: "000000" }).catch((error) => error);
  expect(wrong).toMatchObject({ code: "invalid_factor", status: 401, challenge: undefined, factors: [] });
  expect(await client.isSignedIn()).toBe(false);
  const done = await client.completeLogin({ challenge, code: shown(secret) });
  expect(done).toMatchObject({ username: user.username });
  expect(await client.isSignedIn()).toBe(true);
  expect(decodeJwt(String((await tokens.get())?.access_token))).toMatchObject({ acr: "urn:hbtu:2" });
  expect(await client.me()).toMatchObject({ email });
});

it("a recovery code completes it, and the answer says if few are left", async () => {
  const { user, recovery_codes } = await enrolled();
  const { email, password } = user;
  const left: unknown[] = [];
  for (const recovery_code of recovery_codes) {
    const { client } = stranger();
    const { challenge } = await client.login({ email, password }).catch((error) => error);
    left.push((await client.completeLogin({ challenge, recovery_code })).recovery_codes_left);
  }
  expect(left.slice(-4)).toEqual([undefined, 2, 1, 0]);
});

it("a wrong factor signs nobody out who is signed in", async () => {
  const { client, signedOut } = await enrolled();
  await expect(client.reauthenticate({ code: "000000" })).rejects.toMatchObject({ code: "invalid_factor" });
  await expect(client.completeLogin({ challenge: "none", code: "000000" })).rejects.toMatchObject({
    code: "invalid_factor",
  });
  expect(signedOut).toEqual([]);
  expect(await client.isSignedIn()).toBe(true);
});

it("the factors are listed, changed after a code, and removed", async () => {
  const { client, secret, recovery_codes, signedOut } = await enrolled();
  expect(await client.listFactors()).toMatchObject({ password: true, recovery_codes_left: 10 });
  await expect(client.beginTotp()).rejects.toMatchObject({ code: "factor_exists", status: 409 });
  await expect(client.renewRecoveryCodes()).rejects.toMatchObject({ code: "reauthentication_required" });
  await client.reauthenticate({ code: shown(secret) });
  const renewed = await client.renewRecoveryCodes();
  expect(renewed.recovery_codes).toHaveLength(10);
  expect(renewed.recovery_codes).not.toEqual(recovery_codes);
  expect(await client.removeTotp()).toBeUndefined();
  expect(await client.listFactors()).toEqual({ password: true, totp: null, recovery_codes_left: 0 });
  expect(signedOut).toEqual([]);
});

it("setting up ends the other sessions if it is asked to", async () => {
  const { client, user } = await signedIn();
  const other = stranger();
  await other.client.login({ email: user.email, password: user.password });
  const { secret } = await client.beginTotp();
  await client.confirmTotp({ code: shown(secret), end_other_sessions: true });
  await expect(other.client.me()).rejects.toMatchObject({ code: "revoked_token" });
  expect(await client.me()).toMatchObject({ email: user.email });
});
