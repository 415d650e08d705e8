/**
 * Measures everything that docs/performance says. Options: `--only=calls,logins` measures some
 * parts, and writes them only with `--out`; `--rounds=N`, `--seconds=N` for each, `--large=N` for the large store and `--requests=N` for
 * the long run make it shorter or longer; `--out=DIRECTORY` puts the results there.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { write } from "./page.mjs";
import { calls } from "./parts/calls.mjs";
import { endurance } from "./parts/endurance.mjs";
import { logins } from "./parts/logins.mjs";
import { scale } from "./parts/scale.mjs";
import { start } from "./parts/start.mjs";
import { storm } from "./parts/storm.mjs";
import { workers } from "./parts/workers.mjs";
import { startGenerator } from "./processes.mjs";
import { collect, machine } from "./results.mjs";

/** The parts, in their order, and their titles on the page. */
const PARTS = {
  start: [start, "Start and rest"],
  calls: [calls, "Calls beside Koa with one fixed answer"],
  workers: [workers, "Two workers beside one process"],
  logins: [logins, "Logins beside the bare argon2 loop"],
  storm: [storm, "Token checks in a login storm"],
  scale: [scale, "A large store beside a small one"],
  endurance: [endurance, "Memory over many requests"],
};

const ROOT = new URL("..", import.meta.url).pathname;
const ALL = Object.keys(PARTS).join();

const { values: options } = parseArgs({
  options: {
    out: { type: "string" },
    only: { type: "string", default: ALL },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    large: { type: "string", default: "1000000" },
    requests: { type: "string", default: "1000000" },
  },
});

const chosen = options.only.split(",");
const unknown = chosen.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) throw new Error(`--only takes ${ALL}, not ${unknown}`);

const generator = await startGenerator();
const results = collect();
for (const name of chosen) {
  const [measure] = PARTS[name];
  await measure({
    generator,
    rounds: Number(options.rounds),
    seconds: Number(options.seconds),
    large: Number(options.large),
    requests: Number(options.requests),
    result: (row) => results.add(name, row),
    note: (text) => process.stderr.write(`${name}: ${text}\n`),
  });
}
await generator.stop();
results.print();
if (options.only === ALL || options.out !== undefined) {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const date = new Date().toISOString().slice(0, 10);
  const { rounds, seconds, out } = options;
  write(
    { date, version, machine: machine(), rounds, seconds, rows: results.rows },
    Object.fromEntries(Object.entries(PARTS).map(([name, [, title]]) => [name, title])),
    {
      file: join(out ?? join(ROOT, "bench"), "results.json"),
      directory: out ?? join(ROOT, "docs/performance"),
    },
  );
}
const missed = results.rows.filter(({ isMet }) => isMet === false).length;
console.log(missed === 0 ? "All targets are met." : `${missed} targets are missed.`);
