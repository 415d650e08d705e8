import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, expectTypeOf, it } from "vitest";
import type { ProblemCode } from "../../src/adapters/koa/problem.ts";
import { AuthApiError, createClient, type KnownErrorCode } from "../../src/client/client.ts";
import type { RunningService } from "../../src/composition/server/service.ts";
import { startTestService } from "../support/service.ts";

/** The errors with which calls reject. */

let service: RunningService;
let baseUrl: string;
beforeAll(async () => {
  service = await startTestService({ LOGIN_THROTTLE: "on", THROTTLE_PAIR: "1" });
  baseUrl = service.address;
});
afterAll(() => service.stop());

/** The error of a call that fails. */
async function errorOf(failing: Promise<unknown>): Promise<AuthApiError> {
  const error = await failing.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(AuthApiError);
  return error;
}

/** A client's error for a server that is not the service. */
async function errorFrom(listener: RequestListener, timeoutMs = 10_000): Promise<AuthApiError> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await errorOf(createClient({ baseUrl: `http://127.0.0.1:${port}`, timeoutMs }).version());
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it("a refusal has its code, status, request id and fields", async () => {
  const person = { username: "no@name", email: "nowhere", password: "short" };
  const error = await errorOf(createClient({ baseUrl }).register(person));
  expect(error).toMatchObject({
    name: "AuthApiError",
    code: "validation_failed",
    status: 400,
    retryAfter: undefined,
  });
  expect(error.message).toBe("The request has fields that cannot be accepted");
  expect(error.requestId).toMatch(/^[\da-f-]{36}$/);
  expect(error.errors.map(({ path }) => path)).toEqual(["username", "email", "password"]);
});

it("a refusal for now says when to try again", async () => {
  const client = createClient({ baseUrl });
  const wrong = { email: "nobody@example.com", password: "wrong horse" };
  let error = await errorOf(client.login(wrong));
  expect(error).toMatchObject({ code: "invalid_credentials", status: 401 });
  while (error.code === "invalid_credentials") error = await errorOf(client.login(wrong));
  expect(error).toMatchObject({ code: "too_many_attempts", status: 429, retryAfter: expect.any(Number) });
  expect(error.retryAfter).toBeGreaterThan(0);
});

it("the OAuth endpoints' refusals are of the same kind", async () => {
  const client = createClient({ baseUrl });
  const refused = await errorOf(client.introspect({ token: "t" }, { id: "nobody", secret: "none" }));
  expect(refused).toMatchObject({ code: "invalid_client", status: 401, requestId: expect.any(String) });
  expect(refused.message).toBe("The client is unknown or its secret is wrong");
  expect(await errorOf(client.revokeToken(""))).toMatchObject({ code: "invalid_request", status: 400 });
});

it("no answer is a network error, with its cause", async () => {
  const gone = await errorFrom((request) => request.socket.destroy());
  expect(gone).toMatchObject({ code: "network_error", status: 0, cause: expect.any(TypeError) });
  const cut = await errorFrom((request, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": 100 });
    response.write("{", () => request.socket.destroy());
  });
  expect(cut).toMatchObject({ code: "network_error", status: 0 });
});

it("an answer that does not come in time is a network error", async () => {
  const late = await errorFrom(() => {}, 50);
  expect(late).toMatchObject({ code: "network_error", cause: { name: "TimeoutError" } });
});

it("a redirect is not followed", async () => {
  const away = await errorFrom((_, response) => response.writeHead(307, { location: baseUrl }).end());
  expect(away).toMatchObject({ code: "network_error" });
});

it.each([
  [502, "text/html", "<h1>Bad Gateway</h1>"],
  [502, "application/json", "{"],
  [500, "application/json", "null"],
  [200, "text/html", "<h1>Welcome</h1>"],
  [200, "application/json", "{"],
])("what is not the service's is unexpected: %i %s %s", async (status, type, body) => {
  const error = await errorFrom((_, response) => {
    response
      .writeHead(status, { "content-type": type, "retry-after": "Fri, 01 Jan 2027 00:00:00 GMT" })
      .end(body);
  });
  expect(error).toMatchObject({ code: "unexpected_answer", status, errors: [], retryAfter: undefined });
  expect(error.message).toBe(`The service answered ${status}`);
});

it("a code that is not known yet is text", async () => {
  const error = await errorFrom((_, response) => {
    response
      .writeHead(418, { "content-type": "application/problem+json" })
      .end('{"code":"teapot","detail":"Short"}');
  });
  expect(error).toMatchObject({ code: "teapot", status: 418, message: "Short" });
});

it("readiness is an answer where the service is not ready, too", async () => {
  const notReady: typeof fetch = async () =>
    Response.json({ status: "failing", checks: { storage: "failing" } }, { status: 503 });
  const client = createClient({ baseUrl, fetch: notReady });
  expect(await client.ready()).toEqual({ status: "failing", checks: { storage: "failing" } });
});

it("the known codes are those of the service and the client's own", () => {
  type OAuth = "invalid_request" | "server_error" | "temporarily_unavailable";
  expectTypeOf<KnownErrorCode>().toEqualTypeOf<ProblemCode | OAuth | "network_error" | "unexpected_answer">();
});
