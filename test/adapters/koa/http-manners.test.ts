import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningService } from "../../../src/composition/server/service.ts";
import { call, registered, someone } from "../../support/api.ts";
import { sendRaw } from "../../support/raw-http.ts";
import { startTestService } from "../../support/service.ts";

let service: RunningService;
let url: string;
beforeAll(async () => {
  service = await startTestService({ CORS_ORIGINS: "https://app.example.com" });
  url = service.address;
});
afterAll(() => service.stop());

describe("problems", () => {
  it("follow RFC 9457, with the fields that the old front end reads", async () => {
    const { status, headers, body } = await call(url, "GET /api/me");
    expect(status).toBe(401);
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(body).toEqual({
      type: "http://localhost:5000/docs/errors#missing_token",
      title: "Missing token",
      status: 401,
      detail: expect.any(String),
      message: body.detail,
      code: "missing_token",
      request_id: headers.get("x-request-id"),
    });
  });

  it.each([
    ["an unknown path", "GET /api/nothing", 404, "not_found"],
    ["a trailing slash", "GET /api/me/", 404, "not_found"],
    ["another case", "GET /API/me", 404, "not_found"],
    ["a bad escape in the path", "GET /api/%zz", 400, "malformed_request"],
  ])("%s", async (_, request, status, code) => {
    const answer = await call(url, request);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it.each([
    ["PUT /api/register", "POST"],
    ["GET /api/login", "POST"],
    ["DELETE /api/token/refresh", "GET, POST"],
    ["HEAD /api/token/refresh", "GET, POST"],
    ["OPTIONS /api/login", "POST"],
    ["POST /api/me", "DELETE, GET, HEAD, PATCH"],
  ])("%s says which methods there are", async (request, allow) => {
    const answer = await call(url, request);
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")?.split(", ").sort().join(", ")).toBe(allow);
    if (!request.startsWith("HEAD")) expect(answer.body.code).toBe("method_not_allowed");
  });
});

describe("WWW-Authenticate", () => {
  it("names an error only where a token was presented", async () => {
    const none = await call(url, "GET /api/me");
    expect(none.headers.get("www-authenticate")).toBe("Bearer");
    const wrong = await call(url, "GET /api/me", { token: "a.b.c" });
    expect(wrong.body.code).toBe("invalid_token");
    expect(wrong.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
    const login = await call(url, "POST /api/login", { json: { email: "a@b.cd", password: "x" } });
    expect(login.headers.get("www-authenticate")).toBe("Bearer");
  });

  it("takes the scheme in any case, and one token only", async () => {
    const { access_token: token } = await registered(url);
    const lower = await call(url, "GET /api/me", { headers: { authorization: `bearer ${token}` } });
    expect(lower.status).toBe(200);
    for (const authorization of ["Bearer", "Bearer ", `Basic ${token}`, `Bearer ${token} ${token}`]) {
      const { status } = await call(url, "GET /api/me", { headers: { authorization } });
      expect([authorization, [400, 401].includes(status)]).toEqual([authorization, true]);
    }
    const twice = `GET /api/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${`Authorization: Bearer ${token}\r\n`.repeat(2)}\r\n`;
    expect(await sendRaw(url, twice)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("never takes a token from the URL or a body", async () => {
    const { access_token: token } = await registered(url);
    const answer = await call(url, `POST /api/logout/access?access_token=${token}`, {
      form: { access_token: token },
    });
    expect(answer.body.code).toBe("missing_token");
  });
});

describe("bodies", () => {
  const post = (body: string | Buffer, headers: Record<string, string>) =>
    fetch(`${url}/api/login`, { method: "POST", body, headers });
  const bodyOf = async (answer: Response) => (await answer.json()) as { code: string };
  const json = { "content-type": "application/json" };

  it.each([
    ["text", { "content-type": "text/plain" }],
    ["no type", {}],
    ["multipart", { "content-type": "multipart/form-data; boundary=x" }],
    ["JSON of a vendor", { "content-type": "application/vnd.x+json" }],
    ["an unknown charset", { "content-type": "application/json; charset=utf-16" }],
    ["an unknown charset among more", { "content-type": 'application/json; a="b;c"; charset="latin1"' }],
    ["gzip", { ...json, "content-encoding": "gzip" }],
  ])("%s: 415", async (_, headers) => {
    const answer = await post(Buffer.from("{}"), headers);
    expect(answer.status).toBe(415);
    expect(await answer.json()).toMatchObject({ code: "unsupported_media_type" });
  });

  it.each([
    "charset=utf-8",
    "charset=UTF8",
    'charset="utf-8"',
    "Charset = utf8 ",
    "profile=x; charset=utf-8",
    'charset=utf-8; profile="https://a.example; b"',
    "",
    ";;",
  ])("the parameters %j are taken, of JSON and of a form", async (parameters) => {
    const credentials = { email: "nobody@example.com", password: "x" };
    const asJson = { "content-type": `application/json;${parameters}` };
    expect((await post(JSON.stringify(credentials), asJson)).status).toBe(401);
    const asForm = { "content-type": `Application/X-WWW-Form-Urlencoded ; ${parameters}` };
    expect((await post(new URLSearchParams(credentials).toString(), asForm)).status).toBe(401);
  });

  it.each([
    ["nothing", ""],
    ["null", "null"],
    ["an array", "[]"],
    ["half", '{"email":'],
    ["two documents", "{}{}"],
    ["a comment", "{}//"],
    ["NaN", '{"email":NaN}'],
    ["a byte order mark", Buffer.from('\ufeff{"email":"a@b.cd","password":"x"}')],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ["a __proto__ key", '{"email":"a@b.cd","password":"x","__proto__":{}}'],
    ["an escaped __proto__ key", '{"email":"a@b.cd","password":"x","\\u005f_proto__":{}}'],
    ["U+FFFD in a field", '{"email":"a\ufffd@b.cd","password":"x"}'],
    ["8,000 nested arrays", "[".repeat(8000) + "]".repeat(8000)],
  ])("%s: 400", async (_, body) => {
    const answer = await post(body, json);
    expect(answer.status).toBe(400);
    expect((await bodyOf(answer)).code).toMatch(/^(malformed_request|validation_failed)$/);
  });

  it("takes 16 KiB and not a byte more", async () => {
    const body = (bytes: number) => {
      const rest = '{"email":"a@b.cd","password":"x","more":""}';
      return rest.replace('""', `"${"x".repeat(bytes - rest.length)}"`);
    };
    expect((await post(body(16_384), json)).status).toBe(401);
    const over = await post(body(16_385), json);
    expect([over.status, (await bodyOf(over)).code]).toEqual([413, "body_too_large"]);
  });

  it.each([1, true, null, ["a"], { $ne: null }, { $gt: "" }])("a password of %j: 400", async (password) => {
    const { status, body } = await call(url, "POST /api/login", { json: { email: "a@b.cd", password } });
    expect([status, body.code]).toEqual([400, "validation_failed"]);
  });

  it("refuses repeated form fields and reads nested ones as unknown", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    expect((await post("email=a%40b.cd&email=c%40d.ef&password=x", form)).status).toBe(400);
    const nested = await post("email[$ne]=&password=x", form);
    expect([nested.status, (await bodyOf(nested)).code]).toEqual([400, "validation_failed"]);
  });

  it("tells the sender of JSON as a form what is wrong", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    for (const begin of ["", "\n "]) {
      const body = `${begin}{"email":"ada@example.com","password":"correct horse"}`;
      const answer = await post(body, headers);
      const problem = (await answer.json()) as { code: string; detail: string };
      expect([answer.status, problem.code]).toEqual([400, "validation_failed"]);
      expect(problem.detail).toContain("looks like JSON");
    }
  });

  it("ignores unknown fields at registration and stores none of them", async () => {
    const person = { ...someone(), role: "admin", _id: "1", createdAt: "2001-01-01", passwordHash: "x" };
    const { status, body } = await call(url, "POST /api/register", { json: person });
    expect(status).toBe(201);
    const me = await call(url, "GET /api/me", { token: body.access_token });
    expect(Object.keys(me.body).sort()).toEqual(["created_at", "email", "email_verified", "id", "username"]);
    expect(me.body.id).not.toBe("1");
  });
});

describe("headers", () => {
  it("keep the caller's request id where it is harmless", async () => {
    const id = "abc-1.2_X";
    expect(
      (await call(url, "GET /api/me", { headers: { "x-request-id": id } })).headers.get("x-request-id"),
    ).toBe(id);
    for (const bad of ["a b", "x".repeat(129), "ü"]) {
      const { headers } = await call(url, "GET /api/me", { headers: { "x-request-id": encodeURI(bad) } });
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it("forbid storing, sniffing and framing", async () => {
    const { headers } = await call(url, "POST /api/login", { json: {} });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get("x-powered-by")).toBeNull();
  });

  it("grant CORS to the configured origin, on errors too", async () => {
    const origin = "https://app.example.com";
    const answer = await call(url, "GET /api/me", { headers: { origin } });
    expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
    expect(answer.headers.get("vary")).toMatch(/Origin/);
    const preflight = await call(url, "OPTIONS /api/login", {
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      },
    });
    expect(preflight.status).toBe(204);
    const allowed = preflight.headers.get("access-control-allow-headers")?.split(",");
    expect(allowed?.sort()).toEqual([
      "Authorization",
      "Content-Type",
      "X-Request-Id",
      "traceparent",
      "tracestate",
    ]);
  });

  it.each([
    "null",
    "https://other.example.com",
    "https://app.example.com.evil.com",
    "http://app.example.com",
  ])("grant no CORS to %s", async (origin) => {
    for (const headers of [{ origin }, { origin, "access-control-request-method": "GET" }]) {
      const answer = await call(url, "OPTIONS /api/me", { headers });
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("over 16 KiB: 431, as a problem", async () => {
    const answer = await sendRaw(
      url,
      `GET /api/me HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('"code":"headers_too_large"');
  });
});

describe("framing", () => {
  it.each([
    ["both lengths", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"],
    ["two lengths", "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"],
  ])("%s: 400", async (_, rest) => {
    const head = "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    expect(await sendRaw(url, head + rest)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("a body that does not come in time: 408, as a problem, and no account", async () => {
    const began = Date.now();
    const person = someone();
    const body = JSON.stringify(person);
    const head = `POST /api/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    const answer = await sendRaw(url, head + body.slice(0, -1));
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"request_timeout"');
    expect(Date.now() - began).toBeLessThan(15_000);
    const { email, password } = person;
    expect((await call(url, "POST /api/login", { json: { email, password } })).status).toBe(401);
  });
});
