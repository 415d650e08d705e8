import { describe, expect, it } from "vitest";
import { bearer, JSON_TYPE, MARKER, regularOf, send, serviceUnderFire } from "./support.ts";

const ORIGIN = "https://app.example.com";
const APPS = ["capacitor://localhost", "ionic://localhost", "tauri://localhost", "http://tauri.localhost"];
const url = await serviceUnderFire({ CORS_ORIGINS: [ORIGIN, ...APPS].join() });
const { access_token: token } = await regularOf(url);

describe("no CORS grant", () => {
  it.each([
    "null",
    "https://other.example.com",
    "https://app.example.com.evil.com",
    "https://evilapp.example.com",
    "https://app.example.com:444",
    "https://app.example.com/",
    "https://app.example.com@evil.com",
    "https://app-example.com",
    "https://APP.example.com",
    "http://app.example.com",
    "https://app.example.com, https://evil.com",
    "https://app.example.com%60.evil.com",
    "*",
    "file://",
    "capacitor://localhost:80",
    "capacitor://localhost/",
    "capacitor://localhost.evil.com",
    "ionic://",
    "tauri:",
    "",
    MARKER,
  ])("to %j", async (origin) => {
    for (const [line, headers] of [
      ["GET /api/me", { ...bearer(token) }],
      ["GET /api/me", {}],
      ["POST /api/login", JSON_TYPE],
      ["GET /api/nothing", {}],
      ["OPTIONS /api/login", { "access-control-request-method": "POST" }],
      ["OPTIONS /api/me", { "access-control-request-method": "DELETE" }],
      ["GET /.well-known/jwks.json", {}],
    ] as const) {
      const reply = await send(url, line, { headers: { ...headers, origin } });
      const granted = Object.keys(reply.headers).filter((name) => name.startsWith("access-control-allow"));
      expect([line, reply.headers["access-control-allow-origin"]]).toEqual([line, undefined]);
      expect([line, granted]).toEqual([line, []]);
    }
  });

  it("by any other than the configured origin, which is named in full", async () => {
    const { headers } = await send(url, "GET /api/me", { headers: { origin: ORIGIN } });
    expect(headers["access-control-allow-origin"]).toBe(ORIGIN);
    expect(headers["access-control-allow-credentials"]).toBeUndefined();
  });
});

describe("a CORS grant", () => {
  it.each([ORIGIN, ...APPS])("to %s, for the call and before it", async (origin) => {
    for (const [line, headers] of [
      ["GET /api/me", bearer(token)],
      ["OPTIONS /api/login", { "access-control-request-method": "POST" }],
    ] as const) {
      const reply = await send(url, line, { headers: { ...headers, origin } });
      expect([line, reply.headers["access-control-allow-origin"]]).toEqual([line, origin]);
    }
  });
});
