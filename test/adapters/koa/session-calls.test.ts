import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningService } from "../../../src/composition/server/service.ts";
import { call, registered } from "../../support/api.ts";
import { startTestService } from "../../support/service.ts";

const SECRET = "a secret of the resource server only";
let service: RunningService;
let url: string;
beforeAll(async () => {
  service = await startTestService({ INTROSPECTION_CLIENTS: `api:${SECRET}`, REFRESH_ROTATION: "true" });
  url = service.address;
});
afterAll(() => service.stop());

const login = async ({ email, password }: { email: string; password: string }) =>
  (await call(url, "POST /api/login", { json: { email, password } })).body;
const statusOfMe = async (token: string) => (await call(url, "GET /api/me", { token })).status;

describe("sessions", () => {
  it("are listed and ended", async () => {
    const person = await registered(url);
    const second = await login(person);
    const { status, body } = await call(url, "GET /api/sessions", { token: person.access_token });
    expect(status).toBe(200);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const entry = {
      created_at: time,
      last_used_at: time,
      expires_at: time,
      user_agent: "node",
      ip: "127.0.0.1",
    };
    expect(body).toEqual({
      sessions: [
        { id: decodeJwt(second.access_token).sid, ...entry, current: false },
        { id: decodeJwt(person.access_token).sid, ...entry, current: true },
      ],
    });
    const path = `DELETE /api/sessions/${body.sessions[0].id}`;
    const stranger = await registered(url);
    expect((await call(url, path, { token: stranger.access_token })).body.code).toBe("not_found");
    expect((await call(url, path, { token: person.access_token })).status).toBe(204);
    expect(await statusOfMe(second.access_token)).toBe(401);
    expect((await call(url, path, { token: person.access_token })).status).toBe(404);
  });

  it.each(["%7B%22$ne%22:1%7D", "..%2Fx", "x".repeat(10_000), "%00"])(
    "odd id %.20s: 404 or 400",
    async (id) => {
      const { access_token: token } = await registered(url);
      expect([400, 404]).toContain((await call(url, `DELETE /api/sessions/${id}`, { token })).status);
      expect(await statusOfMe(token)).toBe(200);
    },
  );
});

describe("logging out", () => {
  it("of this session, of the others, of all", async () => {
    const person = await registered(url);
    const [second, third] = [await login(person), await login(person)];
    const out = await call(url, "POST /api/logout", { token: second.refresh_token });
    expect([out.status, out.body]).toEqual([200, { message: "Logged out" }]);
    expect(await statusOfMe(second.access_token)).toBe(401);

    const others = await call(url, "POST /api/logout/others", { token: person.access_token });
    expect(others.body).toEqual({ message: "All other sessions have ended", sessions_ended: 1 });
    expect(await statusOfMe(third.access_token)).toBe(401);

    const all = await call(url, "POST /api/logout/all", { token: person.access_token });
    expect(all.body).toEqual({ message: "All sessions have ended", sessions_ended: 1 });
    expect(await statusOfMe(person.access_token)).toBe(401);
    expect((await call(url, "GET /api/token/refresh", { token: person.refresh_token })).status).toBe(401);
    expect((await login(person)).username).toBe(person.username);
  });
});

describe("the password", () => {
  it("is changed by a user with the correct one, and every other session ends", async () => {
    const person = await registered(url);
    const second = await login(person);
    const change = (json: object) => call(url, "POST /api/password", { token: person.access_token, json });
    const wrong = await change({ current_password: "wrong horse", new_password: "another horse" });
    expect([wrong.status, wrong.body.code, wrong.headers.get("www-authenticate")]).toEqual([
      401,
      "invalid_credentials",
      "Bearer",
    ]);
    const unfit = await change({ current_password: person.password, new_password: "short" });
    expect(unfit.body.errors).toEqual([expect.objectContaining({ path: "new_password" })]);
    const extra = await change({ current_password: "x", new_password: "y", role: "admin" });
    expect([extra.status, extra.body.code]).toEqual([400, "validation_failed"]);

    const done = await change({ current_password: person.password, new_password: "another horse" });
    expect([done.status, done.body.sessions_ended]).toEqual([200, 1]);
    expect(await statusOfMe(person.access_token)).toBe(200);
    expect(await statusOfMe(second.access_token)).toBe(401);
    expect((await login(person)).code).toBe("invalid_credentials");
    expect((await login({ ...person, password: "another horse" })).username).toBe(person.username);
  });
});

describe("the account", () => {
  it("is deleted with the password, and its name and address are free again", async () => {
    const person = await registered(url);
    const remove = (password: string) =>
      call(url, "DELETE /api/me", { token: person.access_token, json: { password } });
    expect((await remove("wrong horse")).status).toBe(401);
    expect((await remove(person.password)).status).toBe(204);
    expect(await statusOfMe(person.access_token)).toBe(401);
    expect((await login(person)).code).toBe("invalid_credentials");
    const { username, email, password } = person;
    expect((await call(url, "POST /api/register", { json: { username, email, password } })).status).toBe(201);
    expect(await statusOfMe(person.access_token)).toBe(401);
  });
});

describe("a rotated refresh token", () => {
  it("comes with the answer, the same for each of 20 at once", async () => {
    const { refresh_token: token } = await registered(url);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call(url, "POST /api/token/refresh", { token })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const next = new Set(answers.map(({ body }) => body.refresh_token));
    expect(next.size).toBe(1);
    expect(next).not.toContain(token);
  });
});

describe("introspection", () => {
  const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
  const introspect = (form: Record<string, string>, authorization = basic("api", SECRET)) =>
    call(url, "POST /oauth/introspect", { form, headers: { authorization } });

  it("tells the claims of an access token that lives", async () => {
    const { access_token: token, username } = await registered(url);
    const { status, body, headers } = await introspect({ token });
    expect(status).toBe(200);
    expect(body).toEqual({ active: true, username, token_type: "Bearer", ...decodeJwt(token) });
    expect(headers.get("cache-control")).toBe("no-store");
    await call(url, "POST /api/logout/access", { token });
    expect((await introspect({ token })).body).toEqual({ active: false });
  });

  it("tells the name of now, where the token has that of the time when it was made", async () => {
    const { access_token: token, password, username } = await registered(url);
    expect(decodeJwt(token)).toMatchObject({ preferred_username: username });
    const renamed = `${username}é`;
    await call(url, "PATCH /api/me", { token, json: { password, username: renamed } });
    const { body } = await introspect({ token });
    expect(body).toMatchObject({ username: renamed, preferred_username: renamed });
  });

  it("tells of a refresh token only where it is asked for, and of an access token all the same", async () => {
    const { access_token, refresh_token: token } = await registered(url);
    expect((await introspect({ token })).body).toEqual({ active: false });
    expect((await introspect({ token, token_type_hint: "access_token" })).body).toEqual({ active: false });
    const asked = { token_type_hint: "refresh_token" };
    expect((await introspect({ token, ...asked })).body).toMatchObject({ active: true, type: "refresh" });
    expect((await introspect({ token: access_token, ...asked })).body).toMatchObject({ active: true });
    expect((await introspect({ token: "nonsense" })).body).toEqual({ active: false });
  });

  it.each([
    ["no client", ""],
    ["a wrong secret", basic("api", `${SECRET}x`)],
    ["an unknown client", basic("other", SECRET)],
    ["no Basic", "Bearer x"],
  ])("refuses %s", async (_, authorization) => {
    const { status, body, headers } = await introspect({ token: "x" }, authorization);
    expect([status, body.error]).toEqual([401, "invalid_client"]);
    expect(headers.get("www-authenticate")).toMatch(/^Basic /);
  });

  const post = (form: Record<string, string>, headers = {}) =>
    call(url, "POST /oauth/introspect", { form, headers });
  const client = { client_id: "api", client_secret: SECRET };

  it("takes the client's secret in the form", async () => {
    const { access_token: token, username } = await registered(url);
    expect((await post({ token, ...client })).body).toMatchObject({ active: true, username });
    expect((await post({ token: "nonsense", ...client })).body).toEqual({ active: false });
    expect((await post(client)).status).toBe(400);
  });

  it.each([
    ["a wrong secret", { ...client, client_secret: `${SECRET}x` }],
    ["an unknown client", { ...client, client_id: "other" }],
    ["no secret", { client_id: "api" }],
    ["no id", { client_secret: SECRET }],
    ["a secret that is encoded once more", { ...client, client_secret: SECRET.replaceAll(" ", "+") }],
    ["nothing", {}],
  ])(
    "refuses %s in the form, whether there is a token or not, and says which ways there are",
    async (_, form) => {
      for (const token of [{}, { token: "x" }]) {
        const { status, body, headers } = await post({ ...form, ...token });
        expect([status, body.error]).toEqual([401, "invalid_client"]);
        expect(body.error_description).toBe(
          "client_id" in form && "client_secret" in form
            ? "The client is unknown or its secret is wrong"
            : "Name the client by HTTP Basic, or by client_id and client_secret in the form",
        );
        expect(headers.get("www-authenticate")).toMatch(/^Basic /);
      }
    },
  );

  it("takes one way at a time", async () => {
    const { access_token: token } = await registered(url);
    const authorization = basic("api", SECRET);
    const both = await post({ token, ...client }, { authorization });
    expect([both.status, both.body.error]).toEqual([400, "invalid_request"]);
    // an id alone proves nothing, and some clients send it along
    expect((await post({ token, client_id: "api" }, { authorization })).body).toMatchObject({ active: true });
    const wrong = await post({ token, ...client }, { authorization: basic("api", "another") });
    expect([wrong.status, wrong.body.error]).toEqual([401, "invalid_client"]);
    const other = await post({ token, ...client }, { authorization: `Bearer ${token}` });
    expect([other.status, other.body.error]).toEqual([401, "invalid_client"]);
  });

  it("takes a client whose secret is form-encoded, as the standard wants", async () => {
    expect((await introspect({ token: "x" }, basic("api", SECRET.replaceAll(" ", "+")))).status).toBe(200);
  });

  it.each(["introspect", "revoke"])("/oauth/%s without a token is an invalid request", async (name) => {
    const { status, body } = await call(url, `POST /oauth/${name}`, {
      form: {},
      headers: { authorization: basic("api", SECRET) },
    });
    expect([status, body.error, typeof body.error_description]).toEqual([400, "invalid_request", "string"]);
  });
});

describe("revocation", () => {
  const revoke = (token: string) => call(url, "POST /oauth/revoke", { form: { token, client_id: "app" } });

  it("ends an access token alone and a refresh token with its session", async () => {
    const person = await registered(url);
    const next = await call(url, "GET /api/token/refresh", { token: person.refresh_token });
    expect((await revoke(person.access_token)).status).toBe(200);
    expect(await statusOfMe(person.access_token)).toBe(401);
    expect(await statusOfMe(next.body.access_token)).toBe(200);
    expect((await revoke(next.body.refresh_token)).status).toBe(200);
    expect(await statusOfMe(next.body.access_token)).toBe(401);
    for (const token of [person.access_token, next.body.refresh_token, "nonsense"]) {
      expect((await revoke(token)).status).toBe(200);
    }
  });

  it("takes forms only", async () => {
    const { status, body } = await call(url, "POST /oauth/revoke", { json: { token: "x" } });
    expect([status, body.error]).toEqual([415, "invalid_request"]);
  });
});

it("metadata names the endpoints", async () => {
  const { body, headers } = await call(url, "GET /.well-known/oauth-authorization-server");
  expect(headers.get("cache-control")).toBe("max-age=300");
  expect(body).toMatchObject({
    issuer: "http://localhost:5000",
    jwks_uri: "http://localhost:5000/.well-known/jwks.json",
    introspection_endpoint: "http://localhost:5000/oauth/introspect",
    introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    revocation_endpoint: "http://localhost:5000/oauth/revoke",
  });
});

it("an account that revokes access tokens in turn is told to wait, with 429 on both calls", async () => {
  const limited = await startTestService({ LOGIN_THROTTLE: "on", THROTTLE_REVOCATIONS: "1" });
  const { access_token: first, refresh_token: refresh } = await registered(limited.address);
  expect((await call(limited.address, "POST /api/logout/access", { token: first })).status).toBe(200);
  const { body } = await call(limited.address, "POST /api/token/refresh", { token: refresh });
  const token = body.access_token;
  const loggedOut = await call(limited.address, "POST /api/logout/access", { token });
  expect(loggedOut.body.code).toBe("too_many_attempts");
  const revoked = await call(limited.address, "POST /oauth/revoke", { form: { token } });
  expect(revoked.body.error).toBe("temporarily_unavailable");
  for (const refused of [loggedOut, revoked]) {
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(3_000);
  }
  expect((await call(limited.address, "POST /api/logout", { token })).status).toBe(200);
  await limited.stop();
});
