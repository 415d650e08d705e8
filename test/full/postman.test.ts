import newman from "newman";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunningService } from "../../src/composition/service.ts";
import { DESCRIPTION } from "../support/described.ts";
import { ENVIRONMENT, makeCollection } from "../support/postman.ts";
import { startTestService } from "../support/service.ts";

let service: RunningService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

it.each([
  ["collection", () => makeCollection(DESCRIPTION)],
  ["environment", async () => ENVIRONMENT],
])("the %s is in docs as it is made: `npm run test:full -- --update` after a change", async (name, make) => {
  const text = `${JSON.stringify(await make(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(`../../docs/postman/${name}.json`);
});

it("goes through the calls with the tokens of those before", async () => {
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
