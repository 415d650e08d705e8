import { it } from "vitest";
import { DESCRIPTION } from "./support/described.ts";
import { mustBeAsMade } from "./support/generated.ts";
import { ENVIRONMENT, makeCollection } from "./support/postman.ts";

/** What of Postman is in docs; `test/full/postman.test.ts` runs it against the service. */
it.each([
  ["collection", () => makeCollection(DESCRIPTION)],
  ["environment", async () => ENVIRONMENT],
])("the %s is in docs as it is made", async (name, make) => {
  const text = `${JSON.stringify(await make(), null, 2)}\n`;
  await mustBeAsMade(`docs/postman/${name}.json`, text, "test/postman.test.ts");
});
