import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { codeAt } from "../../support/authenticator.ts";
import { ada, client, makeCore, refusal } from "../../support/core.ts";

const REQUIRED = { REQUIRE_SECOND_FACTOR: "all" };
const SHARED_KEY = new TextEncoder().encode("a key that only these tests have, nobody else");
const byEmail = { email: ada.email, password: ada.password, client };

const makeRequiring = () => makeCore(undefined, REQUIRED);
type Core = Awaited<ReturnType<typeof makeRequiring>>;

async function setUp(core: Core, accessToken: string): Promise<string> {
  const { secret } = await core.beginTotp(accessToken);
  await core.confirmTotp({ accessToken, code: codeAt(secret, core.clock.now()) });
  core.clock.advance(60_000);
  return secret;
}

describe("while every account needs a second factor, one without", () => {
  it("gets tokens that are good only for setting one up", async () => {
    const core = await makeRequiring();
    await core.register(ada);
    const { accessToken, isLimited } = await core.login(byEmail);
    expect(isLimited).toBe(true);
    const changed = { accessToken, password: ada.password, client };
    const refused = [
      core.me(accessToken),
      core.updateProfile({ ...changed, username: "Bo" }),
      core.changePassword({ ...changed, currentPassword: ada.password, newPassword: "another horse" }),
      core.deleteAccount(changed),
      core.listSessions(accessToken),
      core.removeTotp(accessToken),
      core.renewRecoveryCodes(accessToken),
    ];
    const codes = await Promise.all(refused.map(refusal));
    expect(codes).toEqual(codes.map(() => "second_factor_required"));
    expect(await core.introspect(accessToken, "access")).toBeUndefined();
    expect(await core.listFactors(accessToken)).toMatchObject({ totpSince: undefined });
  });

  it("gets tokens that no other service takes for access tokens", async () => {
    const core = await makeRequiring();
    const { accessToken } = await core.register(ada);
    await expect(jwtVerify(accessToken, SHARED_KEY)).rejects.toThrow("signature verification failed");
    expect(decodeProtectedHeader(accessToken)).toEqual({ alg: "HS256", typ: "limited+jwt" });
    expect(decodeJwt(accessToken)).toMatchObject({ type: "limited", acr: "urn:hbtu:1" });
  });

  it("gets full tokens in the session that set one up, from the next refresh on", async () => {
    const core = await makeRequiring();
    const own = await core.register(ada);
    await setUp(core, own.accessToken);
    const { accessToken, isLimited } = await core.refresh(own.refreshToken);
    expect(isLimited).toBe(false);
    expect(await core.me(accessToken)).toMatchObject({ username: "Ada" });
    expect(decodeJwt(accessToken)).toMatchObject({ type: "access", acr: "urn:hbtu:2" });
  });

  it("gets full tokens in an earlier session once that has confirmed the factor", async () => {
    const core = await makeRequiring();
    const earlier = await core.register(ada);
    const own = await core.login(byEmail);
    const secret = await setUp(core, own.accessToken);
    expect((await core.refresh(earlier.refreshToken)).isLimited).toBe(true);
    const code = codeAt(secret, core.clock.now());
    const raised = await core.reauthenticate({ accessToken: earlier.accessToken, code, client });
    expect(raised.isLimited).toBe(false);
    expect((await core.refresh(earlier.refreshToken)).isLimited).toBe(false);
  });

  it("can log out", async () => {
    const core = await makeRequiring();
    const { accessToken, refreshToken } = await core.register(ada);
    await core.logout(accessToken);
    expect(await refusal(core.refresh(refreshToken))).toBe("revoked_token");
    expect(await refusal(core.listFactors(accessToken))).toBe("revoked_token");
  });
});

it("a token from before the setting was switched on is refused here as well", async () => {
  const before = await makeCore();
  const { accessToken } = await before.register(ada);
  const core = await makeCore(undefined, REQUIRED, before);
  expect(await refusal(core.me(accessToken))).toBe("second_factor_required");
  expect(await core.introspect(accessToken, "access")).toBeUndefined();
  await setUp(core, accessToken);
});
