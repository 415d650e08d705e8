import { startTestAuth, type TestAuth } from "hbtu-connect-auth/testing";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient, memoryTokens } from "../../src/client/client.ts";

/** Recent authentication by the typed client, against the service. */

let auth: TestAuth;
beforeAll(async () => {
  auth = await startTestAuth({ settings: { REFRESH_ROTATION: "true" } });
});
afterAll(() => auth.stop());

async function signedIn() {
  const user = await auth.user();
  const { access_token, refresh_token } = user;
  const tokens = memoryTokens({ access_token, refresh_token });
  const signedOut: string[] = [];
  const onSignedOut = ({ code }: { readonly code: string }) => void signedOut.push(code);
  const client = createClient({ baseUrl: auth.url, tokens, onSignedOut });
  return { client, tokens, signedOut, user };
}

it("a change that needs it is refused, and the user stays signed in; after it the change works", async () => {
  const { client, tokens, signedOut, user } = await signedIn();
  auth.clock.advance("6m");
  const change = () => client.changePassword({ new_password: "another horse" });
  await expect(change()).rejects.toMatchObject({ code: "reauthentication_required", status: 401 });
  expect(await tokens.get()).toEqual({ access_token: user.access_token, refresh_token: user.refresh_token });
  const { access_token } = await client.reauthenticate({ password: user.password });
  expect(decodeJwt(access_token)).toMatchObject({ fresh: true });
  expect(await tokens.get()).toEqual({ access_token, refresh_token: user.refresh_token });
  await change();
  await client.deleteAccount();
  expect(signedOut).toEqual([]);
});

it("a wrong password changes no token", async () => {
  const { client, tokens, signedOut, user } = await signedIn();
  await expect(client.reauthenticate({ password: "wrong horse" })).rejects.toMatchObject({
    code: "invalid_credentials",
  });
  expect(await tokens.get()).toMatchObject({ access_token: user.access_token });
  expect(signedOut).toEqual([]);
});

it("with an expired access token it refreshes first, and keeps the next refresh token", async () => {
  const { client, tokens, user } = await signedIn();
  auth.clock.advance("2d");
  const { access_token } = await client.reauthenticate({ password: user.password });
  const held = await tokens.get();
  expect(held?.access_token).toBe(access_token);
  expect(held?.refresh_token).not.toBe(user.refresh_token);
  expect(decodeJwt(String(held?.refresh_token)).jti).toMatch(/\.1$/);
});

it("stores nothing if the user signed out or was replaced meanwhile", async () => {
  for (const next of [{}, { access_token: (await auth.user()).access_token }]) {
    const { tokens, user } = await signedIn();
    const client = createClient({
      baseUrl: auth.url,
      tokens,
      fetch: async (...call) => {
        const answer = await fetch(...call);
        await tokens.set(next);
        return answer;
      },
    });
    await client.reauthenticate({ password: user.password });
    expect(await tokens.get()).toEqual(next);
  }
});
