import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { copyOfProject } from "../support/documented-changes.ts";
import { commandsIn, read } from "../support/project.ts";

/** Follows docs/removing-flask.md in a copy of the project. */

const [deleted = "", edited = ""] = read("docs/removing-flask.md").split("The compiler then names");
const DELETED = commandsIn(deleted);
const EDITED = Array.from(
  edited.split("Last,")[0]?.matchAll(/`(src\/[^`]+)`/g) ?? [],
  ([, path]) => path as string,
);

it("what serves the move from the Flask server can be deleted, and the compiler names the lines that used it", async () => {
  const copy = await copyOfProject();
  onTestFinished(() => copy.remove());
  expect(DELETED.filter((path) => !existsSync(join(copy.root, path)))).toEqual([]);
  for (const path of DELETED) rmSync(join(copy.root, path), { recursive: true });
  const { output } = await copy.tool("tsc", "-b", "src", "--pretty", "false");
  const named = Array.from(output.matchAll(/^(src\/[^(]+)\(\d+,\d+\): error/gm), ([, path]) => path);
  expect([...new Set(named)].toSorted()).toEqual(EDITED.toSorted());
});
