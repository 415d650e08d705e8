import { expect, it } from "vitest";
import { configurationPage, errorsPage } from "./support/reference.ts";

it.each([
  ["configuration", configurationPage],
  ["errors", errorsPage],
])(
  "docs/reference/%s.md is as it is made: `npx vitest run test/reference.test.ts --update` after a change",
  async (name, make) => {
    await expect(make()).toMatchFileSnapshot(`../docs/reference/${name}.md`);
  },
);
