import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, read } from "../support/project.ts";
import { readYaml } from "./files.ts";

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}

const workflow = readYaml(".github/workflows/check.yml");
const { check, image } = workflow.jobs;
const stepsOf = (job: { steps: Step[] }) => job.steps;
const commands = [...stepsOf(check), ...stepsOf(image)].flatMap(({ run }) => (run ? [run] : []));

/** Checks the text of the workflow, which only GitHub can run. */
describe("the GitHub workflow", () => {
  it("checks on every Node that is supported, from the oldest on, with a real MongoDB", () => {
    const { node } = check.strategy.matrix;
    expect(node).toEqual([20, 22, 24]);
    expect(node[0]).toBe(Number(/\d+/.exec(JSON.parse(read("package.json")).engines.node)?.[0]));
    const setup = stepsOf(check).find(({ uses }) => uses?.startsWith("actions/setup-node@"));
    expect(setup?.with?.["node-version"]).toMatch(/matrix\.node/);
    const { searchParams } = new URL(check.env.TEST_MONGO_URI);
    const start = commands.find((run) => run.includes("mongo:8")) as string;
    expect(start).toContain(`--replSet ${searchParams.get("replicaSet")}`);
  });

  it("installs by the lock file without scripts and runs the one check", () => {
    const runs = stepsOf(check).map(({ run }) => run);
    const install = runs.findIndex((run) => run?.startsWith("npm ci --ignore-scripts"));
    expect(install).toBeGreaterThan(-1);
    expect(runs.indexOf("npm run check")).toBeGreaterThan(install);
  });

  it("may only read", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(Object.keys(workflow.on)).toEqual(["push", "pull_request"]);
  });

  it("runs scripts that are there, in words that a shell can read", () => {
    const { scripts } = JSON.parse(read("package.json"));
    for (const run of commands) {
      execFileSync("bash", ["-n"], { input: run });
      for (const [, script] of run.matchAll(/npm run (\S+)/g))
        expect(scripts).toHaveProperty([script as string]);
      for (const [path] of run.matchAll(/\bdeploy\/\S+/g))
        expect(existsSync(join(ROOT, path)), path).toBe(true);
    }
  });
});
