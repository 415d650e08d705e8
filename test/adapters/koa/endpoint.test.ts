import { setTimeout } from "node:timers/promises";
import type Koa from "koa";
import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import { says } from "../../../src/adapters/koa/answers.ts";
import { makeHttpApp, type UseCases } from "../../../src/adapters/koa/app.ts";
import { endpoint } from "../../../src/adapters/koa/endpoint.ts";
import { ALL_ENDPOINTS } from "../../../src/adapters/koa/endpoints/all.ts";
import { CODES } from "../../../src/adapters/koa/problem.ts";
import type { HttpServer } from "../../../src/adapters/node/http-server.ts";
import { AuthError } from "../../../src/domain/errors.ts";
import { DESCRIPTION } from "../../support/described.ts";
import { HTTP_OPTIONS } from "../../support/http-options.ts";
import { listenWith } from "../../support/listen.ts";

/** The guarantees of a declaration, checked by the compiler (`npm run build` compiles this file) and by the routes. */

let server: HttpServer | undefined;
afterEach(() => server?.close(0));

const counted = z.object({ count: z.number() });
type Count = (token: string) => Promise<number>;

it("a handler that does not keep to its declaration does not compile", () => {
  const call = "GET /api/things/{id}";
  const declared = { call, summary: "", answers: { 200: counted, 204: null, 202: says("Later") } } as const;

  const fine = endpoint({
    ...declared,
    needs: "access",
    handle: async ({ token, params }, { count }: { count: Count }) =>
      params.id === "" ? { status: 204 } : { status: 200, body: { count: await count(token) } },
  });
  // @ts-expect-error the use case that it names is missing
  const unwired: (useCases: { other: Count }) => unknown = (useCases) => fine.handle(REQUEST, useCases);
  expect(unwired).toBeTypeOf("function");

  // @ts-expect-error a status that is not declared
  endpoint({ ...declared, handle: () => ({ status: 201, body: { count: 1 } }) });
  // @ts-expect-error a field of another type
  endpoint({ ...declared, handle: () => ({ status: 200, body: { count: "1" } }) });
  // @ts-expect-error a field that is missing
  endpoint({ ...declared, handle: () => ({ status: 200, body: {} }) });
  // @ts-expect-error no body where there is one
  endpoint({ ...declared, handle: () => ({ status: 200 }) });
  // @ts-expect-error a field that is not declared
  endpoint({ ...declared, handle: () => ({ status: 200, body: { count: 1, secret: "" } }) });
  // @ts-expect-error the same after waiting
  endpoint({ ...declared, handle: async () => ({ status: 200, body: { count: 1, secret: "" } }) });
  // @ts-expect-error a body where there is none
  endpoint({ ...declared, handle: () => ({ status: 204, body: { count: 1 } }) });
  // @ts-expect-error a message of its own where the declaration has it
  endpoint({ ...declared, handle: () => ({ status: 202, body: { message: "Soon" } }) });
  // @ts-expect-error a parameter that the path does not have
  endpoint({ ...declared, handle: ({ params }) => ({ status: 200, body: { count: params.name.length } }) });
  // @ts-expect-error a token without `needs`
  endpoint({ ...declared, handle: ({ token }) => ({ status: 200, body: { count: token.length } }) });
  endpoint({
    ...declared,
    needs: "former",
    // @ts-expect-error a token that may be missing
    handle: ({ token }) => ({ status: 200, body: { count: token.length } }),
  });
  // @ts-expect-error a field that the body does not have
  endpoint({ ...declared, body: z.object({ a: z.string() }), handle: ({ body: { b } }) => ({ status: b }) });
  // @ts-expect-error a signal without `hashes`
  endpoint({ ...declared, handle: ({ signal }) => ({ status: signal.aborted ? 204 : 204 }) });
  // @ts-expect-error a body that is not read as text fields
  endpoint({ ...declared, body: z.object({ a: z.number() }), handle: () => ({ status: 204 }) });
  // @ts-expect-error a code that does not exist
  endpoint({ ...declared, refusals: ["no_such_code"], handle: () => ({ status: 204 }) });
  // @ts-expect-error no summary
  endpoint({ call, answers: { 204: null }, handle: () => ({ status: 204 }) });
  // @ts-expect-error a method that there is not
  endpoint({ ...declared, call: "PUT /api/things", handle: () => ({ status: 204 }) });
});

const REQUEST: never = undefined as never;

/** The middleware of a router, which exposes the router. */
interface Dispatch {
  readonly router?: {
    readonly stack: readonly { readonly path: string; readonly methods: readonly string[] }[];
  };
}

/** The pages for people, static and for GET only. */
const PAGES =
  /^GET \/(docs|docs\/errors|docs\/start\.js|docs\/swagger-ui\.css|docs\/swagger-ui-bundle\.js)?$/;

it("the served calls and the described calls are the same", () => {
  const { middleware } = appWith({});
  const routed = middleware
    .flatMap((each) => (each as Dispatch).router?.stack ?? [])
    .flatMap(({ path, methods }) => methods.map((method) => `${method} ${path.replace(":id", "{id}")}`))
    // comes with GET
    .filter((line) => !line.startsWith("HEAD "));
  const described = Object.entries(DESCRIPTION.paths ?? {}).flatMap(([path, calls]) =>
    Object.keys(calls).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const calls = routed.filter((line) => !PAGES.test(line));
  expect(routed.length - calls.length).toBe(6);
  expect(calls.toSorted()).toEqual(described.toSorted());
  expect(calls.toSorted()).toEqual(ALL_ENDPOINTS.map(({ call }) => call).toSorted());
});

it("each code of the list of errors is an answer of some call, except the one for an unknown path", () => {
  const described = JSON.stringify(DESCRIPTION.paths);
  const unused = CODES.filter((code) => !described.includes(`#/components/examples/${code}"`));
  expect(unused).toEqual(["invalid_client", "method_not_allowed"]);
  expect(described).toContain("#/components/examples/invalid_client.oauth");
});

it("an answer has the message of its declaration, and what the handler says besides", async () => {
  const app = appWith({ logout: async () => {}, logoutEverywhere: async () => 3 });
  server = await listenWith(app);
  const ask = async (path: string) => {
    const answer = await fetch(server?.address + path, {
      method: "POST",
      headers: { authorization: "Bearer x" },
    });
    return [answer.status, await answer.json()];
  };
  expect(await ask("/api/logout")).toEqual([200, { message: "Logged out" }]);
  expect(await ask("/api/logout/all")).toEqual([
    200,
    { message: "All sessions have ended", sessions_ended: 3 },
  ]);
});

it("requests that fail by one shared error get the CORS headers of their own origin", async () => {
  const corsOrigins = ["https://a.example.com", "https://b.example.com"];
  const failure = setTimeout(100).then(() => {
    throw new AuthError("storage_unavailable");
  });
  server = await listenWith(appWith({ me: () => failure }, corsOrigins));
  const { address } = server;
  const asked = [...corsOrigins, "https://evil.example.com", undefined].map(async (origin) => {
    const headers = { authorization: "Bearer x", ...(origin && { origin }) };
    const answer = await fetch(`${address}/api/me`, { headers });
    return [answer.status, answer.headers.get("access-control-allow-origin")];
  });
  const granted = corsOrigins.map((origin) => [503, origin]);
  expect(await Promise.all(asked)).toEqual([...granted, [503, null], [503, null]]);
});

function appWith(useCases: Partial<UseCases>, corsOrigins: readonly string[] = []): Koa {
  return makeHttpApp(useCases as UseCases, {
    ...HTTP_OPTIONS,
    corsOrigins,
    readiness: async () => "starting",
  });
}
