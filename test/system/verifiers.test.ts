import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { startTestService } from "../support/service.ts";

it("with JWT_SECRET_KEY, a verifier that knows only the old server's claims takes the access token", async () => {
  const JWT_SECRET_KEY = "the secret that the app's services share";
  const service = await startTestService({ JWT_SECRET_KEY });
  const person = await registered(service.address);
  const key = new TextEncoder().encode(JWT_SECRET_KEY);
  const { payload, protectedHeader } = await jwtVerify(person.access_token, key, { algorithms: ["HS256"] });
  expect(protectedHeader).toEqual({ typ: "JWT", alg: "HS256" });
  expect(payload).toMatchObject({ type: "access", fresh: false, identity: person.email });
  expect(payload.jti).toMatch(/^[0-9a-f-]{36}$/);
  expect(payload.nbf).toBe(payload.iat);
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(86_400);
  expect(payload).not.toHaveProperty("aud");
  expect((await call(service.address, "GET /.well-known/jwks.json")).body).toEqual({ keys: [] });
  await service.stop();
});

it.each(["ES256", "RS256"])("without it, jose verifies %s through the published keys", async (JWT_ALG) => {
  const ISSUER = "https://auth.example.com";
  const service = await startTestService({ JWT_ALG, ISSUER });
  const { access_token: token } = await registered(service.address);
  const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", service.address));
  const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience: ISSUER, typ: "at+jwt" });
  expect(payload).toMatchObject({ iss: ISSUER, aud: ISSUER, ver: 0, type: "access" });
  expect(decodeProtectedHeader(token)).toEqual({ typ: "at+jwt", alg: JWT_ALG, kid: expect.any(String) });
  const published = await call(service.address, "GET /.well-known/jwks.json");
  expect(published.headers.get("cache-control")).toBe("max-age=300");
  expect(JSON.stringify(published.body)).not.toMatch(/"d":/);
  await service.stop();
});
