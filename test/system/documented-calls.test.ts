import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call } from "../support/api.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";
import { storageChoices } from "../support/storage-choices.ts";

/** The README of the replaced server, verbatim, against the running service. */
describe.each(storageChoices)("the documented calls on $name", ({ open }) => {
  let server: ServerProcess;
  let release: () => void | Promise<void>;

  beforeAll(async () => {
    const { env, remove } = open();
    server = await startServer(env);
    release = remove;
  });
  afterAll(async () => {
    expect(await server.end()).toBe(0);
    await release();
  });

  const api = (request: string, options = {}) => call(server.url, request, options);
  const credentials = { email: "test@user.com", password: "password" };

  it("registers", async () => {
    const answer = await api("POST /api/register", { json: { username: "testUser", ...credentials } });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      username: "testUser",
      message: "User with email test@user.com was created",
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: "Bearer",
      expires_in: 86_400,
    });
  });

  it("refuses a taken name and a taken address", async () => {
    const other = { username: "Other", email: "other@user.com", password: "password" };
    const name = await api("POST /api/register", { json: { ...other, username: "TESTUSER" } });
    expect([name.status, name.body.code]).toEqual([409, "username_taken"]);
    const address = await api("POST /api/register", { json: { ...other, email: "Test@User.com" } });
    expect([address.status, address.body.code]).toEqual([409, "email_taken"]);
  });

  it.each([
    { as: "JSON", options: { json: credentials } },
    { as: "a form", options: { form: credentials } },
    { as: "JSON by name", options: { json: { username: "testUser", password: "password" } } },
  ])("logs in by $as", async ({ options }) => {
    const answer = await api("POST /api/login", options);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      username: "testUser",
      message: "Logged in as test@user.com",
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: "Bearer",
      expires_in: 86_400,
    });
  });

  it("answers a wrong password and an unknown address alike", async () => {
    const wrong = await api("POST /api/login", { json: { ...credentials, password: "Password" } });
    const unknown = await api("POST /api/login", { json: { ...credentials, email: "who@user.com" } });
    for (const answer of [wrong, unknown]) {
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({ code: "invalid_credentials", message: "Authentication failed" });
    }
  });

  it.each(["GET", "POST"])(
    "refreshes by %s, again and again, without a new refresh token",
    async (method) => {
      const { refresh_token: token } = (await api("POST /api/login", { json: credentials })).body;
      for (let times = 0; times < 3; times += 1) {
        const answer = await api(`${method} /api/token/refresh`, { token });
        expect(answer.status).toBe(200);
        expect(answer.body).toEqual({
          username: "testUser",
          message: "Logged in as test@user.com",
          access_token: expect.any(String),
          token_type: "Bearer",
          expires_in: 86_400,
        });
        expect((await api("GET /api/me", { token: answer.body.access_token })).status).toBe(200);
      }
    },
  );

  it("does not take one kind of token for the other", async () => {
    const { access_token, refresh_token } = (await api("POST /api/login", { json: credentials })).body;
    expect((await api("GET /api/token/refresh", { token: access_token })).body.code).toBe("invalid_token");
    expect((await api("GET /api/me", { token: refresh_token })).body.code).toBe("invalid_token");
  });

  const access = { kind: "access", path: "POST /api/logout/access", says: "Access token has been Revoked" };
  const refresh = {
    kind: "refresh",
    path: "POST /api/logout/refresh",
    says: "refresh token has been Revoked",
  };

  it.each([
    { first: access, second: refresh },
    { first: refresh, second: access },
  ])("logs out $first.kind first, then $second.kind", async ({ first, second }) => {
    const { access_token, refresh_token } = (await api("POST /api/login", { json: credentials })).body;
    const token = { access: access_token, refresh: refresh_token } as Record<string, string>;
    const use = async (kind: string) =>
      (await api(kind === "access" ? "GET /api/me" : "GET /api/token/refresh", { token: token[kind] }))
        .status;

    const one = await api(first.path, { token: token[first.kind] });
    expect([one.status, one.body]).toEqual([200, { message: first.says }]);
    expect(await use(first.kind)).toBe(401);
    expect(await use(second.kind)).toBe(200);

    const two = await api(second.path, { token: token[second.kind] });
    expect([two.status, two.body]).toEqual([200, { message: second.says }]);
    expect(await use(second.kind)).toBe(401);
    for (const { path, kind } of [first, second]) {
      const again = await api(path, { token: token[kind] });
      expect([again.status, again.body.code]).toEqual([401, "revoked_token"]);
    }
  });

  it("returns the user of a token", async () => {
    const { access_token: token } = (await api("POST /api/login", { json: credentials })).body;
    const { status, body } = await api("GET /api/me", { token });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      username: "testUser",
      email: "test@user.com",
      email_verified: false,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  it("names every missing field", async () => {
    const { status, body } = await api("POST /api/register", { json: { username: "" } });
    expect(status).toBe(400);
    expect(body.code).toBe("validation_failed");
    expect(body.errors).toEqual(
      ["username", "email", "password"].map((path) => ({
        path,
        code: "required",
        message: "This Field Cannot be blank",
      })),
    );
  });
});
