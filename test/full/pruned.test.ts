import { cpSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { registered } from "../support/api.ts";
import { ROOT, read } from "../support/project.ts";
import { IN_A_GROUP, mustRun, newcomer, pressCtrlC, run } from "../support/run.ts";
import { FREE_AND_CHEAP, startProgram, temporaryDirectory } from "../support/server-process.ts";

/** A built checkout without its development dependencies. */
const directory = temporaryDirectory();
const here = join(directory.path, "checkout");
const env = newcomer(join(directory.path, "home"));
afterAll(directory.remove);

beforeAll(async () => {
  for (const name of ["package.json", "package-lock.json", "scripts", "src", "dist", "mail-templates"]) {
    cpSync(join(ROOT, name), join(here, name), { recursive: true });
  }
  for (const name of ["tsconfig.json", "tsconfig.base.json", ".npmrc"]) {
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(here, name));
  }
  cpSync(join(ROOT, "node_modules"), join(here, "node_modules"), { recursive: true, verbatimSymlinks: true });
  await mustRun(["npm", "prune", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: here,
    env,
  });
  expect(readdirSync(join(here, "node_modules"))).not.toContain("typescript");
}, 300_000);

it("starts without the tools that built it", async () => {
  const server = await startProgram(
    [IN_A_GROUP, "npm", "start"],
    { ...env, ...FREE_AND_CHEAP, PORT: "0" },
    here,
  );
  await registered(server.url);
  await pressCtrlC(server);
});

it("says what to do where nothing was built", async () => {
  renameSync(join(here, "dist"), join(here, "built"));
  const { status, output } = await run(["npm", "start"], { cwd: here, env });
  expect([status, output]).toEqual([1, expect.stringContaining("Nothing is built here")]);
  expect(output).not.toContain("tsc");
  rmSync(join(here, "built"), { recursive: true });
});

it("the tools that its start looks for are those that the build uses", () => {
  const { devDependencies, scripts } = JSON.parse(read("package.json"));
  expect(scripts.build).toMatch(/\btsc\b.*copy-swagger-ui/);
  for (const tool of ["typescript", "swagger-ui-dist"]) {
    expect(devDependencies).toHaveProperty(tool);
    expect(read("scripts/before-start.mjs")).toContain(`"${tool}"`);
  }
});
