import { expect, it } from "vitest";
import { DESCRIPTION } from "../../support/described.ts";
import { mustBeAsMade } from "../../support/generated.ts";

const paths = DESCRIPTION.paths as Record<string, Record<string, object>>;

it("names every call once", () => {
  const ids = Object.values(paths).flatMap((calls) =>
    Object.values(calls).map((call) => (call as { operationId: string }).operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

it("is in docs as it is", async () => {
  const text = `${JSON.stringify(DESCRIPTION, null, 2)}\n`;
  await mustBeAsMade("docs/openapi.json", text, "test/adapters/koa/openapi.test.ts");
});
