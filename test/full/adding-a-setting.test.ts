import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applyChange, changesIn, compiledWithout, copyOfProject } from "../support/documented-changes.ts";
import { mustRun } from "../support/run.ts";

/** Follows docs/adding-a-setting.md in a copy of the project, and with one place left out at a time. */

const changes = changesIn("docs/adding-a-setting.md");
const REFERENCE = "docs/reference/configuration.md";
const GATES = [
  "test/reference.test.ts",
  "test/composition/settings",
  "test/composition/commands/describe-config.test.ts",
];

let copy: Awaited<ReturnType<typeof copyOfProject>>;
beforeAll(async () => {
  copy = await copyOfProject();
  for (const change of changes) applyChange(copy.root, change);
});
afterAll(() => copy.remove());

it("touches the places that the page names, compiles, and is formatted", async () => {
  const places = [...new Set(changes.map(({ path }) => path))].toSorted();
  expect(places).toHaveLength(3);
  expect(await copy.changed()).toEqual(places);
  expect(await copy.tool("tsc", "-b")).toEqual({ status: 0, output: "" });
  expect(await copy.tool("biome", "check", ...places)).toMatchObject({ status: 0 });
});

it("is refused by the test of the reference until that is written anew, and by no other", async () => {
  const before = await copy.tool("vitest", "run", ...GATES);
  expect(before.status).toBe(1);
  expect(before.output).toMatch(/Tests {2}1 failed \| \d+ passed/);
  expect(before.output).toContain(`${REFERENCE} is as it is made`);
  expect((await copy.tool("vitest", "run", "test/reference.test.ts", "--update")).status).toBe(0);
  expect(await copy.changed()).toContain(REFERENCE);
  expect((await copy.tool("vitest", "run", "test/reference.test.ts")).status).toBe(0);
});

it("is read, checked and shown by the program", async () => {
  const main = join(copy.root, "dist/main.js");
  const config = (value: string) =>
    mustRun([process.execPath, main, "config"], { cwd: copy.root, env: { EXAMPLE_SESSIONS: value } });
  expect(await config("7")).toMatch(/^EXAMPLE_SESSIONS +7 +environment$/m);
  expect(await config("")).toMatch(/^EXAMPLE_SESSIONS +3 +default$/m);
  await expect(config("11")).rejects.toThrow("EXAMPLE_SESSIONS must be from 1 to 10");
});

it.each([
  ["its line", /settings\/settings\.ts$/, "EXAMPLE_SESSIONS"],
  ["a value that it refuses", /faulty-settings/, "EXAMPLE_SESSIONS"],
  ["its value in the feature", /sessions\.ts$/, "examplesPerAccount"],
])("does not compile without %s", async (_, place, name) => {
  const forgotten = changes.findLast(({ path }) => place.test(path));
  const { status, output } = await compiledWithout(copy, forgotten);
  expect(status).not.toBe(0);
  expect(output).toContain(name);
});
