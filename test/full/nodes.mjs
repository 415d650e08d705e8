// Runs the suite on each supported line of Node.js except the one that runs this, for which there is `npm test`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";

const LINES = ["20", "22", "24"];
const CACHE = join(tmpdir(), `connect-auth-node-${userInfo().uid}`);
const VITEST = ["node_modules/vitest/vitest.mjs", "run"];
/** The tests for each line: `npm test`, and the longer tests that depend on Node.js itself. */
const SUITES = [
  ["--project=quick"],
  [
    "--project=long",
    "test/adapters/lmdb",
    "test/browser/own-apis.test.ts",
    "test/examples",
    "test/system/durability.test.ts",
    "test/system/gone-reader.test.ts",
    "test/system/hashing.test.ts",
    "test/system/health.test.ts",
    "test/system/private-files.test.ts",
    "test/system/start-and-stop.test.ts",
    "test/system/unwritable-log.test.ts",
  ],
];

/** The newest version of a line, from npm unless an earlier run has left one. */
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

const failed = LINES.filter((line) => !process.version.startsWith(`v${line}.`)).filter((line) => {
  const node = provide(line);
  console.log(`\nThe suite on Node.js ${spawnSync(node, ["--version"], { encoding: "utf8" }).stdout}`);
  const PATH = `${dirname(node)}:${process.env.PATH}`;
  const env = { ...process.env, PATH };
  const run = (suite) => spawnSync(node, [...VITEST, ...suite], { env, stdio: "inherit" }).status === 0;
  return !SUITES.map(run).every(Boolean);
});
console.log(failed.length > 0 ? `Failed on Node.js ${failed.join(", ")}` : "Every line of Node.js passes");
process.exitCode = failed.length > 0 ? 1 : 0;
