import newman from "newman";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunningService } from "../../src/composition/server/service.ts";
import { DESCRIPTION } from "../support/described.ts";
import { ENVIRONMENT, makeCollection } from "../support/postman.ts";
import { read } from "../support/project.ts";
import { startTestService } from "../support/service.ts";

let service: RunningService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

async function registerAsReadmeDoes(): Promise<void> {
  const [, body = ""] = /api\/register .*\\\n.*-d '(.*)'/.exec(read("README.md")) ?? [];
  const headers = { "content-type": "application/json" };
  const { status } = await fetch(`${service.address}/api/register`, { method: "POST", headers, body });
  expect(status).toBe(201);
}

it.each([
  ["goes through the calls with the tokens of those before", async () => {}],
  ["does so where README was tried before: its person is the same", registerAsReadmeDoes],
])("%s", async (_, before) => {
  await before();
  const { collection, environment } = {
    collection: await makeCollection(DESCRIPTION),
    environment: structuredClone(ENVIRONMENT),
  };
  const summary = await new Promise<newman.NewmanRunSummary>((resolve, reject) => {
    const options = {
      collection: collection as never,
      environment: environment as never,
      folder: "All in a row",
    };
    newman.run({ ...options, envVar: [{ key: "baseUrl", value: service.address }] }, (error, run) =>
      error ? reject(error) : resolve(run),
    );
  });
  const { stats, failures } = summary.run;
  expect(failures.map(({ source, error }) => [source?.name, error.message])).toEqual([]);
  expect(stats.assertions.total).toBeGreaterThan(25);
});
