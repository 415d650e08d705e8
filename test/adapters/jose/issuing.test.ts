import { expect, it } from "vitest";
import { sharedSecretKeys } from "../../../src/adapters/jose/access-keys.ts";
import { makeTokens } from "../../../src/adapters/jose/tokens.ts";
import {
  claims,
  headerOf,
  hmac,
  ISSUER,
  NOW,
  OTHER_KEY,
  payloadOf,
  REFRESH_KEY,
  SECRET,
  secondsFromNow,
  session,
  shown,
  token,
} from "./signed-by-hand.ts";
import { published, refresh, ringAccess, ringed, shared, sharedAccess } from "./token-kinds.ts";

const ACCESS_PAYLOAD = {
  iss: ISSUER,
  sub: claims.userId,
  sid: claims.sessionId,
  ver: 3,
  jti: claims.tokenId,
  iat: secondsFromNow(0),
  nbf: secondsFromNow(0),
  exp: secondsFromNow(900),
  identity: "Ada@Example.com",
  preferred_username: "Ada Ünsal",
  email_verified: true,
  type: "access",
  fresh: false,
  auth_time: secondsFromNow(-600),
  amr: ["pwd"],
  acr: "urn:hbtu:1",
};

it("with JWT_SECRET_KEY an access token is HS256, typ JWT, without aud, client_id or kid", () => {
  expect(headerOf(sharedAccess.genuine)).toEqual({ typ: "JWT", alg: "HS256" });
  expect(payloadOf(sharedAccess.genuine)).toEqual(ACCESS_PAYLOAD);
});

it("with JWT_SECRET_KEY and JWT_AUDIENCE it has that aud, and one without it is refused", async () => {
  const accessKeys = sharedSecretKeys(SECRET, "the app");
  const tokens = makeTokens({ issuer: ISSUER, accessKeys, refreshKeys: [REFRESH_KEY] });
  const issued = await tokens.issueAccess(claims);
  expect(payloadOf(issued)).toEqual({ ...ACCESS_PAYLOAD, aud: "the app" });
  await expect(tokens.verifyAccess(issued, NOW)).resolves.toMatchObject(shown);
  await expect(tokens.verifyAccess(sharedAccess.genuine, NOW)).rejects.toMatchObject({
    code: "invalid_token",
  });
});

it("an access token says when and how its user authenticated, in whole seconds, and whether just now", async () => {
  const authenticatedAt = new Date("2024-03-01T11:59:59.999Z");
  const issued = await shared.issueAccess({
    ...claims,
    authenticatedAt,
    amr: ["pwd", "otp", "mfa"],
    fresh: true,
  });
  const said = { auth_time: secondsFromNow(-1), amr: ["pwd", "otp", "mfa"], acr: "urn:hbtu:2", fresh: true };
  expect(payloadOf(issued)).toEqual({ ...ACCESS_PAYLOAD, ...said });
  await expect(shared.verifyAccess(issued, NOW)).resolves.toMatchObject({
    authenticatedAt: new Date("2024-03-01T11:59:59.000Z"),
  });
});

it("an access token of a version without these claims is taken, with no time of authentication", async () => {
  const { auth_time: _, amr: __, acr: ___, ...before } = ACCESS_PAYLOAD;
  const issued = token({ typ: "JWT", alg: "HS256" }, before, hmac(SECRET));
  await expect(shared.verifyAccess(issued, NOW)).resolves.toMatchObject({
    ...shown,
    authenticatedAt: undefined,
  });
});

it("without it an access token is ES256, typ at+jwt, with the kid of the published key, aud and client_id", () => {
  expect(headerOf(ringAccess.genuine)).toEqual({ typ: "at+jwt", alg: "ES256", kid: published.kid });
  expect(payloadOf(ringAccess.genuine)).toEqual({
    ...ACCESS_PAYLOAD,
    aud: ISSUER,
    client_id: expect.any(String),
  });
});

it("an access token verified says what was issued", async () => {
  await expect(shared.verifyAccess(sharedAccess.genuine, NOW)).resolves.toMatchObject(shown);
  await expect(ringed.verifyAccess(ringAccess.genuine, NOW)).resolves.toMatchObject(shown);
});

it("a refresh token is HS256, typ rt+jwt, and says only what its stored session says, in fixed order", () => {
  expect(headerOf(refresh.genuine)).toEqual({ typ: "rt+jwt", alg: "HS256" });
  const payload = {
    type: "refresh",
    sub: session.userId,
    sid: session.id,
    jti: `${session.id}.7`,
    iat: Date.parse("2024-03-01T11:59:59Z") / 1000,
    nbf: Date.parse("2024-03-01T11:59:59Z") / 1000,
    exp: Date.parse("2024-03-30T12:00:00Z") / 1000,
  };
  expect(refresh.genuine).toBe(token({ typ: "rt+jwt", alg: "HS256" }, payload, hmac(REFRESH_KEY)));
});

it("any process mints the same bytes for one generation of a session, and others for another generation", async () => {
  await expect(ringed.issueRefresh({ ...session, lastUsedAt: new Date(), ip: "::2" })).resolves.toBe(
    refresh.genuine,
  );
  await expect(ringed.issueRefresh({ ...session, generation: 8 })).resolves.not.toBe(refresh.genuine);
});

it("a refresh token verified says user, session and generation", async () => {
  const claimed = { userId: session.userId, sessionId: session.id, generation: 7 };
  await expect(shared.verifyRefresh(refresh.genuine, NOW)).resolves.toMatchObject(claimed);
});

it("a refresh token signed with the secret before is taken while SECRET_KEY changes, and not by others", async () => {
  const accessKeys = sharedSecretKeys(SECRET, undefined);
  const changing = makeTokens({ issuer: ISSUER, accessKeys, refreshKeys: [OTHER_KEY, REFRESH_KEY] });
  const changed = makeTokens({ issuer: ISSUER, accessKeys, refreshKeys: [OTHER_KEY] });
  await expect(changing.verifyRefresh(refresh.genuine, NOW)).resolves.toMatchObject({
    sessionId: session.id,
  });
  await expect(changing.verifyRefresh(await changing.issueRefresh(session), NOW)).resolves.toBeDefined();
  await expect(changed.verifyRefresh(await changing.issueRefresh(session), NOW)).resolves.toBeDefined();
  await expect(changed.verifyRefresh(refresh.genuine, NOW)).rejects.toMatchObject({ code: "invalid_token" });
});

it("an expired refresh token signed with the secret before is called expired, not invalid", async () => {
  const accessKeys = sharedSecretKeys(SECRET, undefined);
  const changing = makeTokens({ issuer: ISSUER, accessKeys, refreshKeys: [OTHER_KEY, REFRESH_KEY] });
  const afterwards = new Date("2024-04-01T00:00:00Z");
  await expect(changing.verifyRefresh(refresh.genuine, afterwards)).rejects.toMatchObject({
    code: "expired_token",
  });
});

it("a secret of one byte, allowed while trying things out, signs and verifies", async () => {
  const accessKeys = sharedSecretKeys("x", undefined);
  const tokens = makeTokens({ issuer: ISSUER, accessKeys, refreshKeys: [REFRESH_KEY] });
  await expect(tokens.verifyAccess(await tokens.issueAccess(claims), NOW)).resolves.toMatchObject(shown);
});
