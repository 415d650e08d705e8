import { startTestAuth, type TestAuth } from "hbtu-connect-auth/testing";
import { decodeJwt } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { call } from "../support/api.ts";

let auth: TestAuth;
afterEach(() => auth.stop());

describe("the test kit", () => {
  it("sets up an authenticator, logs in with it, and shows its codes", async () => {
    auth = await startTestAuth();
    const ada = await auth.user();
    expect(await auth.addSecondFactor(ada)).toHaveLength(10);
    expect(decodeJwt((await auth.login(ada)).access_token)).toMatchObject({ acr: "urn:hbtu:2" });
    const { email, password } = ada;
    const refused = await call(auth.url, "POST /api/login", { json: { email, password } });
    expect([refused.status, refused.body.code]).toEqual([403, "second_factor_required"]);
    const { challenge } = refused.body;
    const code = await auth.codeOf(ada);
    const completed = await call(auth.url, "POST /api/login/second-factor", { json: { challenge, code } });
    expect(completed.status).toBe(200);
    await expect(auth.codeOf(ada)).rejects.toThrow("advance the clock by 30 s");
    auth.clock.advance("30s");
    await auth.codeOf(ada);
  });

  it("shows the first code of an authenticator that waits for it", async () => {
    auth = await startTestAuth();
    const ada = await auth.user();
    await expect(auth.codeOf(ada)).rejects.toThrow("no authenticator");
    const token = ada.access_token;
    expect((await call(auth.url, "POST /api/factors/totp", { token })).status).toBe(201);
    const json = { code: await auth.codeOf(ada) };
    expect((await call(auth.url, "POST /api/factors/totp/confirm", { token, json })).status).toBe(200);
  });

  it("has users where a second factor is required", async () => {
    auth = await startTestAuth({ settings: { REQUIRE_SECOND_FACTOR: "all" } });
    const ada = await auth.user();
    const me = (token: string) => call(auth.url, "GET /api/me", { token });
    expect((await me(ada.access_token)).body.code).toBe("second_factor_required");
    await auth.addSecondFactor(ada);
    expect((await me((await auth.login(ada)).access_token)).status).toBe(200);
  });
});
