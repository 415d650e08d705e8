import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { ROOT, read } from "../support/project.ts";
import { run } from "../support/run.ts";

// beside the package, whose name it imports
const file = join(ROOT, `guide-${process.pid}.test.mjs`);
afterEach(() => rmSync(file, { force: true }));

it("the test in docs/testing.md passes", async () => {
  const page = read("docs/testing.md");
  const [, script = ""] = /```js\n(.*?)```/s.exec(page) ?? [];
  writeFileSync(file, script);
  const { status, output } = await run([process.execPath, "--test", file], { env: {} });
  expect([status, output]).toEqual([0, expect.stringMatching(/pass 5\b/)]);
});
