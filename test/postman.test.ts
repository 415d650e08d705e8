import { it } from "vitest";
import { DESCRIPTION } from "./support/described.ts";
import { mustBeAsMade } from "./support/generated.ts";
import { ENVIRONMENT, makeCollection } from "./support/postman.ts";

/** The Postman files in docs are up to date. `test/full/postman.test.ts` runs them against the service. */
it.each([
  ["collection", () => makeCollection(DESCRIPTION)],
  ["environment", async () => ENVIRONMENT],
])("the %s is in docs as it is made", async (name, make) => {
  const text = `${JSON.stringify(await make(), null, 2)}\n`;
  await mustBeAsMade(`docs/postman/${name}.json`, text, "test/postman.test.ts");
});
