import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestAuth, type TestAuth } from "../../../src/composition/testing/start-test-auth.ts";
import { call } from "../../support/api.ts";

/** Recent authentication over HTTP. */

const CHALLENGE = 'Bearer error="insufficient_user_authentication", acr_values="urn:hbtu:1", max_age="300"';
const NEW = "another horse";

let auth: TestAuth;
beforeAll(async () => {
  auth = await startTestAuth();
});
afterAll(() => auth.stop());

const again = (token: string, json: unknown) => call(auth.url, "POST /api/reauthenticate", { token, json });

describe("POST /api/reauthenticate", () => {
  it("answers with a fresh access token of the same session, and nothing else", async () => {
    const { access_token: token, password, id } = await auth.user();
    auth.clock.advance("1h");
    const { status, headers, body } = await again(token, { password });
    const fields = { access_token: expect.any(String), token_type: "Bearer", expires_in: 86_400 };
    expect([status, body]).toEqual([200, fields]);
    expect(headers.get("cache-control")).toBe("no-store");
    const [before, after] = [decodeJwt(token), decodeJwt(body.access_token)];
    expect(after).toMatchObject({ sub: id, sid: before.sid, fresh: true, amr: ["pwd"], acr: "urn:hbtu:1" });
    expect(after.auth_time).toBe(after.iat);
    expect(before).toMatchObject({ fresh: false, auth_time: before.iat });
  });

  it("a wrong password: 401 invalid_credentials with a plain challenge", async () => {
    const { access_token: token } = await auth.user();
    const { status, headers, body } = await again(token, { password: "wrong horse" });
    expect([status, body.code, body.detail]).toEqual([401, "invalid_credentials", "Authentication failed"]);
    expect(headers.get("www-authenticate")).toBe("Bearer");
  });

  it.each([
    ["no token", undefined, "missing_token"],
    ["no JWT", "none", "invalid_token"],
  ])("%s: 401", async (_, token, code) => {
    const options = { json: { password: "correct horse" }, ...(token !== undefined && { token }) };
    const { status, body } = await call(auth.url, "POST /api/reauthenticate", options);
    expect([status, body.code]).toEqual([401, code]);
  });

  it("a refresh token: 401 invalid_token", async () => {
    const { refresh_token, password } = await auth.user();
    expect((await again(refresh_token, { password })).body.code).toBe("invalid_token");
  });

  it("a form: 415", async () => {
    const { access_token: token, password } = await auth.user();
    const { status } = await call(auth.url, "POST /api/reauthenticate", { token, form: { password } });
    expect(status).toBe(415);
  });

  it("introspection shows the claims", async () => {
    const { access_token: token, password } = await auth.user();
    const { body } = await again(token, { password });
    const { id, secret } = auth.client;
    const headers = { authorization: `Basic ${btoa(`${id}:${secret}`)}` };
    const form = { token: body.access_token };
    const answer = await call(auth.url, "POST /oauth/introspect", { headers, form });
    const { auth_time } = decodeJwt(body.access_token);
    expect(answer.body).toMatchObject({ auth_time, amr: ["pwd"], acr: "urn:hbtu:1", fresh: true });
  });
});

describe.each([
  ["POST /api/password", { new_password: NEW }, "current_password", 200],
  ["PATCH /api/me", { username: "Countess" }, "password", 200],
  ["DELETE /api/me", {}, "password", 204],
])("%s without the password", (request, json, field, success) => {
  it("in the five minutes after the login: as with it", async () => {
    const { access_token: token } = await auth.user();
    auth.clock.advance(299_000);
    expect((await call(auth.url, request, { token, json })).status).toBe(success);
    await restored(request, token);
  });

  it("later: 401 with the challenge of RFC 9470, until the user has authenticated again", async () => {
    const { access_token: token, password } = await auth.user();
    auth.clock.advance("6m");
    const { status, headers, body } = await call(auth.url, request, { token, json });
    expect([status, body.code]).toEqual([401, "reauthentication_required"]);
    expect(headers.get("www-authenticate")).toBe(CHALLENGE);
    const raised = (await again(token, { password })).body.access_token;
    expect((await call(auth.url, request, { token: raised, json })).status).toBe(success);
    await restored(request, raised);
  });

  it("later, with a wrong one: 401 as ever", async () => {
    const { access_token: token } = await auth.user();
    auth.clock.advance("6m");
    const { headers, body } = await call(auth.url, request, { token, json: { ...json, [field]: "wrong" } });
    expect([body.code, headers.get("www-authenticate")]).toEqual(["invalid_credentials", "Bearer"]);
  });

  it.each([null, 5, "", {}])(`a ${field} that is no text (%j) is not a missing one: 400`, async (value) => {
    const { access_token: token } = await auth.user();
    const { status, body } = await call(auth.url, request, { token, json: { ...json, [field]: value } });
    expect([status, body.code]).toEqual([400, "validation_failed"]);
    expect(body.errors).toEqual([expect.objectContaining({ path: field })]);
  });
});

/** Frees the name for the next test. */
async function restored(request: string, token: string): Promise<void> {
  if (request === "PATCH /api/me") await call(auth.url, "DELETE /api/me", { token, json: {} });
}

it("a missing password and a fault in another field: the fault is told first", async () => {
  const { access_token: token } = await auth.user();
  auth.clock.advance("6m");
  const { body } = await call(auth.url, "POST /api/password", { token, json: { new_password: "short" } });
  expect(body.code).toBe("validation_failed");
});
