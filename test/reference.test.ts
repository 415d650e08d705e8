import { it } from "vitest";
import { mustBeAsMade } from "./support/generated.ts";
import { configurationPage, errorsPage } from "./support/reference.ts";

it.each([
  ["docs/reference/configuration.md", configurationPage],
  ["docs/reference/errors.md", errorsPage],
])("%s is as it is made", async (path, make) => {
  await mustBeAsMade(path, make(), "test/reference.test.ts");
});
