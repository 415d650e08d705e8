import { existsSync, statSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../support/project.ts";
import { mustRun } from "../support/run.ts";

const CACHE = join(ROOT, ".compile-cache");

it("compiled code is kept beside the program for its owner alone, where Node.js can keep it", async () => {
  await mustRun([process.execPath, join(ROOT, "dist/main.js"), "--version"], { env: {} });
  const canKeep = "enableCompileCache" in module;
  expect(existsSync(CACHE) || !canKeep).toBe(true);
  if (canKeep) expect(statSync(CACHE).mode & 0o777).toBe(0o700);
});
