import { expect, it } from "vitest";
import { DESCRIPTION } from "../../support/described.ts";

const paths = DESCRIPTION.paths as Record<string, Record<string, object>>;

it("names every call once", () => {
  const ids = Object.values(paths).flatMap((calls) =>
    Object.values(calls).map((call) => (call as { operationId: string }).operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

it("is in docs as it is: `npx vitest run test/adapters/koa/openapi.test.ts --update` after a change", async () => {
  await expect(`${JSON.stringify(DESCRIPTION, null, 2)}\n`).toMatchFileSnapshot("../../../docs/openapi.json");
});
