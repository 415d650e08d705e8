import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningService } from "../../../src/composition/server/service.ts";
import { call, callOther } from "../../support/api.ts";
import { startTestService } from "../../support/service.ts";

const NAMES = ["oauth-authorization-server", "openid-configuration"];

describe.each([
  ["http://localhost:5000", ""],
  ["https://example.org/auth", "/auth"],
  ["https://example.org/a/b:c+(d)*", "/a/b:c+(d)*"],
  ["https://example.org/%C3%A9", "/%C3%A9"],
])("the metadata of %s", (ISSUER, path) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startTestService({ ISSUER, CORS_ORIGINS: "https://app.example.org" });
  });
  afterAll(() => service.stop());
  const get = (at: string, headers = {}) => callOther(service.address, `GET ${at}`, { headers });

  it("is one document under both names, before and after the path of the issuer", async () => {
    const { body } = await call(service.address, "GET /.well-known/oauth-authorization-server");
    expect(body).toMatchObject({ issuer: ISSUER, jwks_uri: `${ISSUER}/.well-known/jwks.json` });
    for (const name of NAMES) {
      for (const at of ["", path]) {
        for (const place of [`/.well-known/${name}${at}`, `${at}/.well-known/${name}`]) {
          const answer = await get(place);
          expect([place, answer.status, answer.body]).toEqual([place, 200, body]);
          expect(answer.headers.get("cache-control")).toBe("max-age=300");
        }
      }
    }
    expect((await get(`${path}/.well-known/jwks.json`)).body.keys).toHaveLength(1);
  });

  it("is nowhere else", async () => {
    for (const name of NAMES) {
      for (const place of [
        `/.well-known/${name}/other`,
        `/other/.well-known/${name}`,
        `/.well-known/${name}/`,
      ])
        expect([place, (await get(place)).status]).toEqual([place, 404]);
    }
    expect((await get("/a/bXc+(d)*/.well-known/jwks.json")).status).toBe(404);
  });

  it("may be read by the pages that may read the keys", async () => {
    for (const origin of ["https://app.example.org", "https://elsewhere.example.org"]) {
      const allowed = async (at: string) =>
        (await get(at, { origin })).headers.get("access-control-allow-origin");
      const ofKeys = await allowed("/.well-known/jwks.json");
      for (const name of NAMES) expect(await allowed(`/.well-known/${name}${path}`)).toBe(ofKeys);
    }
  });

  it("claims nothing that the service does not do", async () => {
    const { body } = await get("/.well-known/openid-configuration");
    const claimed = Object.keys(body);
    for (const member of [
      "authorization_endpoint",
      "token_endpoint",
      "userinfo_endpoint",
      "scopes_supported",
      "subject_types_supported",
      "id_token_signing_alg_values_supported",
    ])
      expect(claimed).not.toContain(member);
    expect(body).toMatchObject({ response_types_supported: ["none"], grant_types_supported: [] });
  });
});
