import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startTestAuth, type TestAuth } from "hbtu-connect-auth/testing";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { call } from "../support/api.ts";
import { ROOT } from "../support/project.ts";

/** Uses the compiled test kit by the name of the package, as its users do. */
const started: TestAuth[] = [];
afterEach(async () => {
  for (const auth of started.splice(0)) await auth.stop();
});

async function start(...options: Parameters<typeof startTestAuth>): Promise<TestAuth> {
  const auth = await startTestAuth(...options);
  started.push(auth);
  return auth;
}

const codeOf = async (answer: ReturnType<typeof call>) => {
  const { status, body } = await answer;
  return status < 300 ? status : `${status} ${body.code}`;
};

describe("the test kit", () => {
  it("lets tokens and sessions expire by turning the clock", async () => {
    const auth = await start({ settings: { ACCESS_TOKEN_TTL: "15m", REFRESH_TOKEN_TTL: "30d" } });
    const { access_token: token, refresh_token } = await auth.user();
    const me = () => codeOf(call(auth.url, "GET /api/me", { token }));
    const refresh = () => codeOf(call(auth.url, "POST /api/token/refresh", { token: refresh_token }));
    expect(await me()).toBe(200);
    auth.clock.advance("14m");
    expect(await me()).toBe(200);
    auth.clock.advance(66_000);
    expect(await me()).toBe("401 expired_token");
    expect(await refresh()).toBe(200);
    auth.clock.advance("30d");
    expect(await refresh()).toBe("401 expired_token");
  });

  it("shows the theft of a refresh token", async () => {
    const auth = await start({ settings: { REFRESH_ROTATION: "true" } });
    const { refresh_token: stolen, access_token: token } = await auth.user();
    const { body } = await call(auth.url, "POST /api/token/refresh", { token: stolen });
    expect(body.refresh_token).not.toBe(stolen);
    auth.clock.advance("11s");
    expect(await codeOf(call(auth.url, "POST /api/token/refresh", { token: stolen }))).toBe(
      "401 reused_token",
    );
    expect(await codeOf(call(auth.url, "GET /api/me", { token }))).toBe("401 revoked_token");
  });

  it("ends sessions by logout, by disabling and by retired keys", async () => {
    const auth = await start();
    const ada = await auth.user({ username: "ada", email: "ada@example.com" });
    const second = await auth.login(ada);
    expect([second.id, second.username]).toEqual([ada.id, "ada"]);
    expect(second.access_token).not.toBe(ada.access_token);
    await call(auth.url, "POST /api/logout", { token: ada.access_token });
    expect(await codeOf(call(auth.url, "GET /api/me", { token: ada.access_token }))).toBe(
      "401 revoked_token",
    );
    expect(await codeOf(call(auth.url, "GET /api/me", { token: second.access_token }))).toBe(200);
    await auth.retireKeys();
    expect(await codeOf(call(auth.url, "GET /api/me", { token: second.access_token }))).toBe(
      "401 invalid_token",
    );
    expect(await codeOf(call(auth.url, "GET /api/token/refresh", { token: second.refresh_token }))).toBe(200);
    await auth.disable(ada);
    expect(await codeOf(call(auth.url, "GET /api/token/refresh", { token: second.refresh_token }))).toBe(
      "401 revoked_token",
    );
  });

  it("takes the storage away and brings it back", async () => {
    const auth = await start();
    const { access_token: token } = await auth.user();
    auth.storageAnswers(false);
    expect(await codeOf(call(auth.url, "GET /api/me", { token }))).toBe("503 storage_unavailable");
    expect((await call(auth.url, "GET /health/ready")).status).toBe(503);
    auth.storageAnswers(true);
    expect(await codeOf(call(auth.url, "GET /api/me", { token }))).toBe(200);
  });

  it("publishes keys that verify its tokens, at the time that it has", async () => {
    const auth = await start({ now: new Date("2030-01-01T00:00:00Z") });
    const { access_token, id } = await auth.user();
    const keys = createRemoteJWKSet(new URL(`${auth.url}/.well-known/jwks.json`));
    const options = { issuer: auth.url, audience: auth.audience, currentDate: auth.clock.now() };
    expect((await jwtVerify(access_token, keys, options)).payload.sub).toBe(id);
    auth.clock.advance("2d");
    const later = { ...options, currentDate: auth.clock.now() };
    await expect(jwtVerify(access_token, keys, later)).rejects.toMatchObject({ code: "ERR_JWT_EXPIRED" });
  });

  it("answers an API that introspects", async () => {
    const auth = await start();
    const { access_token: token, id } = await auth.user();
    const credentials = Buffer.from(`${auth.client.id}:${auth.client.secret}`).toString("base64");
    const ask = async () => {
      const headers = { authorization: `Basic ${credentials}` };
      return (await call(auth.url, "POST /oauth/introspect", { form: { token }, headers })).body;
    };
    expect(await ask()).toMatchObject({ active: true, sub: id });
    await call(auth.url, "POST /api/logout", { token });
    expect(await ask()).toEqual({ active: false });
  });

  it("is one of many that know nothing of each other", async () => {
    const [one, other] = await Promise.all([start(), start()]);
    const { access_token: token, ...who } = await one.user();
    expect(await codeOf(call(other.url, "GET /api/me", { token }))).toBe("401 invalid_token");
    expect((await other.user({ username: who.username })).username).toBe(who.username);
    one.clock.advance("2d");
    expect(other.clock.now().getTime()).toBeLessThan(Date.now() + 1_000);
  });

  it("says what is wrong with settings, and leaves nothing behind", async () => {
    await expect(startTestAuth({ settings: { ACCESS_TOKEN_TTL: "soon" } })).rejects.toThrow(
      /ACCESS_TOKEN_TTL/,
    );
    await expect(startTestAuth({ settings: { ACCES_TOKEN_TTL: "15m" } })).rejects.toThrow(
      "ACCES_TOKEN_TTL is no setting: see ACCESS_TOKEN_TTL",
    );
    const auth = await start();
    expect(() => auth.clock.advance("soon")).toThrow("Not a duration");
  });

  it("keeps no process alive and prints nothing", async () => {
    const script = `
      import { startTestAuth } from "hbtu-connect-auth/testing";
      const auth = await startTestAuth();
      await auth.user();
      await auth.stop();
    `;
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", script],
      // the kit ignores the service's variables
      { cwd: ROOT, env: { STORAGE: "mongodb", MONGO_URI: "mongodb://nowhere.invalid", PORT: "1" } },
    );
    expect([stdout, stderr]).toEqual(["", ""]);
  });
});
