// Runs the suite on each line of Node.js that is supported, but the one that runs this: `npm test` is for that. What is
// asked here is whether that line runs it: a file that failed beside the others is run once more, by itself, and told of.
// Arguments are passed on, such as files.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";

const LINES = ["20", "22", "24"];
const CACHE = join(tmpdir(), `connect-auth-node-${userInfo().uid}`);
const SUITE = ["node_modules/vitest/vitest.mjs", "run", "--project=together", "--project=alone"];
const reports = process.env.TEST_REPORTS ?? mkdtempSync(join(tmpdir(), "connect-auth-reports-"));

/** The newest of a line, from npm, unless an earlier run has left one. */
function provide(line) {
  const name = `node-${process.platform}-${process.arch}`;
  const node = join(CACHE, line, "node_modules", name, "bin/node");
  if (existsSync(node)) return node;
  mkdirSync(join(CACHE, line), { recursive: true, mode: 0o700 });
  const install = ["install", "--prefix", join(CACHE, line), "--no-audit", "--no-fund", "--ignore-scripts"];
  const { status } = spawnSync("npm", [...install, `${name}@${line}`], { stdio: "inherit" });
  if (status !== 0) throw new Error(`npm has no Node.js ${line} for this machine`);
  return node;
}

/** Whether the tests pass, and what the run says of them. */
function runTests(node, args, to) {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${to}`];
  const PATH = `${dirname(node)}:${process.env.PATH}`;
  const { TEST_REPORTS: _, ...env } = process.env;
  const { status } = spawnSync(node, [...SUITE, ...reporters, ...args], {
    env: { ...env, PATH },
    stdio: "inherit",
  });
  return { passed: status === 0, report: existsSync(to) ? JSON.parse(readFileSync(to, "utf8")) : undefined };
}

function passes(line) {
  const node = provide(line);
  console.log(`\nThe suite on Node.js ${spawnSync(node, ["--version"], { encoding: "utf8" }).stdout}`);
  const to = join(reports, `node-${line}.json`);
  const { passed, report } = runTests(node, process.argv.slice(2), to);
  const files = (report?.testResults ?? [])
    .filter(({ status }) => status === "failed")
    .map(({ name }) => name);
  if (passed || files.length === 0) return passed;
  console.log(`\nOnce more, by themselves: ${files.join(", ")}`);
  const again = runTests(node, files, join(tmpdir(), `connect-auth-again-${process.pid}.json`));
  if (!again.passed) return false;
  const { numPassedTests, numFailedTests, numPendingTests } = report;
  const counts = { numPassedTests: numPassedTests + numFailedTests, numFailedTests: 0, numPendingTests };
  writeFileSync(to, JSON.stringify(counts));
  return true;
}

const failed = LINES.filter((line) => !process.version.startsWith(`v${line}.`)).filter(
  (line) => !passes(line),
);
console.log(failed.length > 0 ? `Failed on Node.js ${failed.join(", ")}` : "Every line of Node.js passes");
process.exitCode = failed.length > 0 ? 1 : 0;
