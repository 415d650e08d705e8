import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestAuth, type TestAuth } from "../../../src/composition/testing/start-test-auth.ts";
import { call } from "../../support/api.ts";
import { codeAt } from "../../support/authenticator.ts";

/** Second factors over HTTP. */

const NEEDS_TWO = 'Bearer error="insufficient_user_authentication", acr_values="urn:hbtu:2", max_age="300"';
const NEEDS_ONE = NEEDS_TWO.replace("urn:hbtu:2", "urn:hbtu:1");

let auth: TestAuth;
beforeAll(async () => {
  auth = await startTestAuth();
});
afterAll(() => auth.stop());

const ask = (request: string, token?: string, json?: unknown) =>
  call(auth.url, request, { ...(token !== undefined && { token }), ...(json !== undefined && { json }) });

const shown = (secret: string, steps = 0) => codeAt(secret, auth.clock.now(), steps);

type User = Awaited<ReturnType<TestAuth["user"]>>;

/** A user who has just set up an authenticator, and a token that says so. */
async function enrolled() {
  const user = await auth.user();
  const { secret } = (await ask("POST /api/factors/totp", user.access_token)).body;
  const confirmed = await ask("POST /api/factors/totp/confirm", user.access_token, { code: shown(secret) });
  const { access_token: token } = (await ask("POST /api/token/refresh", user.refresh_token)).body;
  auth.clock.advance("1m");
  return { ...user, token, secret, confirmed, recoveryCodes: confirmed.body.recovery_codes as string[] };
}

const login = ({ email, password }: Pick<User, "email" | "password">) =>
  ask("POST /api/login", undefined, { email, password });
const complete = (json: object) => ask("POST /api/login/second-factor", undefined, json);
const challengeFor = async (user: User) => (await login(user)).body.challenge as string;

describe("setting up an authenticator", () => {
  it("GET /api/factors: what there is, before and after", async () => {
    const { access_token: token } = await auth.user();
    const before = await ask("GET /api/factors", token);
    expect([before.status, before.body]).toEqual([
      200,
      { password: true, totp: null, recovery_codes_left: 0 },
    ]);
    const created_at = auth.clock.now().toISOString();
    const { secret } = (await ask("POST /api/factors/totp", token)).body;
    const code = shown(secret);
    await ask("POST /api/factors/totp/confirm", token, { code });
    const { body } = await ask("GET /api/factors", token);
    expect(body).toMatchObject({ password: true, totp: { created_at: expect.any(String) } });
    expect(Date.parse(body.totp.created_at)).toBeGreaterThanOrEqual(Date.parse(created_at));
    expect(body.recovery_codes_left).toBe(10);
  });

  it("POST /api/factors/totp: 201 with the secret and its URI, never to be stored", async () => {
    const { access_token: token, email } = await auth.user();
    const { status, headers, body } = await ask("POST /api/factors/totp", token);
    expect([status, Object.keys(body)]).toEqual([201, ["secret", "uri"]]);
    expect(headers.get("cache-control")).toBe("no-store");
    const uri = new URL(body.uri);
    expect([uri.protocol, uri.host, uri.searchParams.get("secret")]).toEqual([
      "otpauth:",
      "totp",
      body.secret,
    ]);
    expect(decodeURIComponent(uri.pathname)).toBe(`/HBTU Connect:${email}`);
    expect(uri.searchParams.get("issuer")).toBe("HBTU Connect");
  });

  it("POST /api/factors/totp/confirm: 200 with ten recovery codes", async () => {
    const { status, headers, body } = (await enrolled()).confirmed;
    expect([status, Object.keys(body).sort()]).toEqual([200, ["message", "recovery_codes"]]);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(new Set(body.recovery_codes).size).toBe(10);
  });

  it("a second one: 409 factor_exists", async () => {
    const { token, secret } = await enrolled();
    const begun = await ask("POST /api/factors/totp", token);
    expect([begun.status, begun.body.code]).toEqual([409, "factor_exists"]);
    const confirmed = await ask("POST /api/factors/totp/confirm", token, { code: shown(secret) });
    expect([confirmed.status, confirmed.body.code]).toEqual([409, "factor_exists"]);
  });

  it("a wrong code: 401 invalid_factor, with a plain challenge", async () => {
    const { access_token: token } = await auth.user();
    await ask("POST /api/factors/totp", token);
    const { status, headers, body } = await ask("POST /api/factors/totp/confirm", token, { code: "000000" });
    expect([status, body.code, headers.get("www-authenticate")]).toEqual([401, "invalid_factor", "Bearer"]);
    expect(Object.keys(body)).not.toContain("challenge");
  });

  it("end_other_sessions ends them, and without it they live", async () => {
    for (const end_other_sessions of [undefined, false, true]) {
      const user = await auth.user();
      const other = (await login(user)).body.access_token;
      auth.clock.advance("1s");
      const { secret } = (await ask("POST /api/factors/totp", user.access_token)).body;
      const json = {
        code: shown(secret),
        ...(end_other_sessions !== undefined && { end_other_sessions }),
      };
      expect((await ask("POST /api/factors/totp/confirm", user.access_token, json)).status).toBe(200);
      expect((await ask("GET /api/me", other)).status).toBe(end_other_sessions ? 401 : 200);
      expect((await ask("GET /api/me", user.access_token)).status).toBe(200);
    }
  });

  it.each(["true", 1, null, [true], {}])("end_other_sessions of wrong type (%j): 400", async (value) => {
    const { access_token: token } = await auth.user();
    const { secret } = (await ask("POST /api/factors/totp", token)).body;
    const json = { code: shown(secret), end_other_sessions: value };
    const { status, body } = await ask("POST /api/factors/totp/confirm", token, json);
    expect([status, body.code]).toEqual([400, "validation_failed"]);
    expect(body.errors).toEqual([
      expect.objectContaining({ path: "end_other_sessions", code: "wrong_type" }),
    ]);
    expect((await ask("GET /api/factors", token)).body.totp).toBeNull();
  });
});

describe("a login", () => {
  it("with the right password: 403 second_factor_required, with challenge and factors", async () => {
    const user = await enrolled();
    const { status, headers, body } = await login(user);
    expect(status).toBe(403);
    expect(headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(headers.get("www-authenticate")).toBeNull();
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body).toEqual({
      type: `${auth.url}/docs/errors#second_factor_required`,
      title: "Second factor required",
      status: 403,
      detail: expect.any(String),
      message: body.detail,
      code: "second_factor_required",
      request_id: headers.get("x-request-id"),
      challenge: expect.any(String),
      factors: ["totp", "recovery_code"],
    });
  });

  it("with a wrong one: as without a factor", async () => {
    const [user, without] = [await enrolled(), await auth.user()];
    const [one, other] = await Promise.all(
      [user, without].map(({ email }) => login({ email, password: "wrong horse" })),
    );
    const { request_id: _, ...told } = one?.body ?? {};
    const { request_id: __, ...expected } = other?.body ?? {};
    expect([one?.status, told]).toEqual([401, expected]);
    expect(Object.keys(told)).not.toContain("challenge");
  });

  it("is completed by a code: 200 as a login, in which two factors are told", async () => {
    const user = await enrolled();
    const { status, body } = await complete({
      challenge: await challengeFor(user),
      code: shown(user.secret),
    });
    const fields = ["access_token", "expires_in", "message", "refresh_token", "token_type", "username"];
    expect([status, Object.keys(body).sort()]).toEqual([200, fields]);
    expect(body.message).toBe(`Logged in as ${user.email}`);
    expect(decodeJwt(body.access_token)).toMatchObject({ amr: ["pwd", "otp", "mfa"], acr: "urn:hbtu:2" });
    expect((await ask("POST /api/token/refresh", body.refresh_token)).status).toBe(200);
  });

  it("is completed by a recovery code, which tells only that fewer than three are left", async () => {
    const user = await enrolled();
    const told: unknown[] = [];
    for (const recovery_code of user.recoveryCodes) {
      const { status, body } = await complete({ challenge: await challengeFor(user), recovery_code });
      expect(status).toBe(200);
      expect(decodeJwt(body.access_token)).toMatchObject({ amr: ["pwd", "mfa"], acr: "urn:hbtu:2" });
      told.push(body.recovery_codes_left);
    }
    expect(told).toEqual([...Array(7).fill(undefined), 2, 1, 0]);
    expect((await login(user)).body.factors).toEqual(["totp"]);
  });

  it("is refused alike for a wrong code, a used one, and a wrong, used or foreign challenge", async () => {
    const [user, other] = [await enrolled(), await enrolled()];
    const [used, waiting, foreign] = [
      await challengeFor(user),
      await challengeFor(user),
      await challengeFor(other),
    ];
    const code = shown(user.secret);
    expect((await complete({ challenge: used, code })).status).toBe(200);
    const next = shown(user.secret, 1);
    const refused = [
      { challenge: waiting, code: "000000" },
      { challenge: waiting, code },
      { challenge: waiting, recovery_code: "AAAA-AAAA-AAAA-AAAA" },
      { challenge: waiting, recovery_code: "none" },
      { challenge: used, code: next },
      { challenge: foreign, code: next },
      { challenge: "none", code: next },
      { challenge: `${waiting}x`, code: next },
    ];
    for (const json of refused) {
      const { status, headers, body } = await complete(json);
      const { detail } = body;
      expect([status, body.code, detail]).toEqual([
        401,
        "invalid_factor",
        "The code or the challenge is wrong, used or expired",
      ]);
      expect(headers.get("www-authenticate")).toBe("Bearer");
    }
    expect((await complete({ challenge: waiting, code: next })).status).toBe(200);
  });

  it.each([
    ["neither", {}],
    ["both", { code: "123456", recovery_code: "ABCD-EFGH-IJKL-MNOP" }],
    ["another field", { code: "123456", password: "correct horse" }],
  ])("%s: 400", async (_, answer) => {
    const { status, body } = await complete({ challenge: "none", ...answer });
    expect([status, body.code]).toEqual([400, "validation_failed"]);
  });

  it("is completed by JSON alone: a form gets 415", async () => {
    const form = { challenge: "none", code: "123456" };
    expect((await call(auth.url, "POST /api/login/second-factor", { form })).status).toBe(415);
  });
});

describe.each<[string, object | undefined, number]>([
  ["DELETE /api/factors/totp", undefined, 204],
  ["POST /api/factors/recovery-codes", undefined, 200],
  ["DELETE /api/me", {}, 204],
  ["POST /api/password", { new_password: "another horse" }, 200],
])("%s with a second factor", (request, json, success) => {
  it("later than five minutes: 401 with the challenge of RFC 9470, which asks for two factors", async () => {
    const user = await enrolled();
    auth.clock.advance("6m");
    const { status, headers, body } = await ask(request, user.token, json);
    expect([status, body.code]).toEqual([401, "reauthentication_required"]);
    expect(headers.get("www-authenticate")).toBe(NEEDS_TWO);
    const proof = { password: user.password };
    const byPassword = await ask("POST /api/reauthenticate", user.token, proof);
    expect([byPassword.status, byPassword.body.code]).toEqual([401, "reauthentication_required"]);
    expect(byPassword.headers.get("www-authenticate")).toBe(NEEDS_TWO);
    const byCode = await ask("POST /api/reauthenticate", user.token, { code: shown(user.secret) });
    expect(byCode.status).toBe(200);
    expect(decodeJwt(byCode.body.access_token)).toMatchObject({ fresh: true, acr: "urn:hbtu:2" });
    expect((await ask(request, byCode.body.access_token, json)).status).toBe(success);
  });
});

it("POST /api/factors/totp without a factor, later than five minutes: one factor is asked for", async () => {
  const { access_token: token } = await auth.user();
  auth.clock.advance("6m");
  const { status, headers } = await ask("POST /api/factors/totp", token);
  expect([status, headers.get("www-authenticate")]).toEqual([401, NEEDS_ONE]);
});

describe.each(["DELETE /api/factors/totp", "POST /api/factors/recovery-codes"])("%s", (request) => {
  it("without a factor: 404", async () => {
    const { status, body } = await ask(request, (await auth.user()).access_token);
    expect([status, body.code]).toEqual([404, "not_found"]);
  });
});

it("POST /api/factors/recovery-codes: 200 with ten others; the former ones are void", async () => {
  const user = await enrolled();
  const { status, headers, body } = await ask("POST /api/factors/recovery-codes", user.token);
  expect([status, Object.keys(body)]).toEqual([200, ["recovery_codes"]]);
  expect(headers.get("cache-control")).toBe("no-store");
  const answer = async (recovery_code: unknown) =>
    (await complete({ challenge: await challengeFor(user), recovery_code })).status;
  expect(await answer(user.recoveryCodes[0])).toBe(401);
  expect(await answer(body.recovery_codes[0])).toBe(200);
});

it("DELETE /api/factors/totp: 204, and the password does again", async () => {
  const user = await enrolled();
  expect((await ask("DELETE /api/factors/totp", user.token)).status).toBe(204);
  expect((await login(user)).status).toBe(200);
});

describe.each([
  "GET /api/factors",
  "POST /api/factors/totp",
  "POST /api/factors/totp/confirm",
  "DELETE /api/factors/totp",
  "POST /api/factors/recovery-codes",
])("%s", (request) => {
  const json = request.endsWith("confirm") ? { code: "123456" } : undefined;

  it("needs an access token", async () => {
    const { refresh_token } = await auth.user();
    for (const [token, code] of [
      [undefined, "missing_token"],
      ["none", "invalid_token"],
      [refresh_token, "invalid_token"],
    ] as const) {
      const { status, body } = await ask(request, token, json);
      expect([status, body.code]).toEqual([401, code]);
    }
  });

  it("is refused to a session that has ended", async () => {
    const { access_token: token } = await auth.user();
    await ask("POST /api/logout", token);
    const { status, body } = await ask(request, token, json);
    expect([status, body.code]).toEqual([401, "revoked_token"]);
  });
});
