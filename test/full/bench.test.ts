import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ROOT } from "../support/project.ts";
import { mustRun } from "../support/run.ts";
import { temporaryDirectory } from "../support/server-process.ts";
import { mongoServer } from "../support/storage-mongodb.ts";

/** A short `npm run bench`: it measures and reports every part. No speed is asserted. */

const directory = temporaryDirectory();
afterAll(directory.remove);

const SHORT = ["--rounds=1", "--seconds=1", "--large=20000", "--requests=5000"] as const;

it("every part of the benchmark is measured, and the page shows it", async () => {
  const { PATH = "", TEST_MONGO_URI = "" } = process.env;
  await mustRun([process.execPath, join(ROOT, "bench/run.mjs"), ...SHORT, `--out=${directory.path}`], {
    env: { PATH, ...(mongoServer && { TEST_MONGO_URI }) },
  });
  const { rows, machine } = JSON.parse(readFileSync(join(directory.path, "results.json"), "utf8"));
  const parts = ["start", "calls", "workers", "logins", "storm", "scale", "endurance"];
  expect([...new Set(rows.map(({ part }: { part: string }) => part))]).toEqual(parts);
  expect(machine.node).toBe(process.version);
  for (const { value, ratio = value } of rows) {
    expect(value.median).toBeGreaterThan(0);
    expect(ratio.low).toBeLessThanOrEqual(ratio.median);
    expect(ratio.median).toBeLessThanOrEqual(ratio.high);
  }
  const page = readFileSync(join(directory.path, "results.md"), "utf8");
  for (const { name } of rows) expect(page).toContain(`| ${name} |`);
  const plots = readdirSync(directory.path).filter((name) => name.endsWith(".svg"));
  expect([...page.matchAll(/\]\((.+\.svg)\)/g)].map(([, name]) => name).toSorted()).toEqual(plots.toSorted());
  for (const name of plots) {
    const plot = readFileSync(join(directory.path, name), "utf8");
    expect(plot.replace("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|href|url\(|NaN|undefined/);
  }
}, 900_000);
