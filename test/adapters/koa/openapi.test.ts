import { expect, it } from "vitest";
import { makeHttpApp, type UseCases } from "../../../src/adapters/koa/app.ts";
import { DESCRIPTION } from "../../support/described.ts";
import { HTTP_OPTIONS } from "../../support/http-options.ts";
import { PATHS } from "../../support/paths.ts";

const paths = DESCRIPTION.paths as Record<string, Record<string, object>>;

/** What a router does for Koa, with the router in it. */
interface Dispatch {
  readonly router?: {
    readonly stack: readonly { readonly path: string; readonly methods: readonly string[] }[];
  };
}

it("describes every call that there is, and no other", () => {
  const useCases = new Proxy({}, { get: () => () => {} }) as UseCases;
  const { middleware } = makeHttpApp(useCases, { ...HTTP_OPTIONS, readiness: async () => "starting" });
  const routers = middleware.flatMap((each) => (each as Dispatch).router ?? []);
  const routed = routers
    .flatMap(({ stack }) => stack)
    .flatMap(({ path, methods }) => methods.map((method) => `${method} ${path}`));
  // HEAD comes with GET
  const lines = Object.entries(PATHS).flatMap(([path, methods]) =>
    methods.split(", ").map((method) => `${method} ${path.replace("{id}", ":id")}`),
  );
  const calls = (all: string[]) => all.filter((line) => !line.startsWith("HEAD")).toSorted();
  expect(calls(lines)).toEqual(calls(routed));
  expect(calls(routed).length).toBeGreaterThan(30);
});

it("names every call once", () => {
  const ids = Object.values(paths).flatMap((calls) =>
    Object.values(calls).map((call) => (call as { operationId: string }).operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

it("is in docs as it is: `npx vitest run test/adapters/koa/openapi.test.ts --update` after a change", async () => {
  await expect(`${JSON.stringify(DESCRIPTION, null, 2)}\n`).toMatchFileSnapshot("../../../docs/openapi.json");
});
