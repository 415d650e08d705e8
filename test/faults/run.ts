import { parseArgs } from "node:util";
import { violationsIn } from "./checker.ts";
import type { Fault } from "./fault.ts";
import { FAULTS } from "./faults.ts";
import type { Outcome } from "./journal.ts";
import { randomFrom } from "./people.ts";
import { SKIPPED } from "./store-faults.ts";

/**
 * `npm run faults`: causes faults while clients keep a journal, and checks the journal. Options: `--seed=N` repeats a
 * run, `--only=text` takes the faults with that text in their names, `--times=N` repeats each fault N times.
 */

const { values } = parseArgs({
  options: { seed: { type: "string" }, only: { type: "string", default: "" }, times: { type: "string" } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const chosen = FAULTS.filter(({ name, storage }) => `${name} ${storage}`.includes(values.only));
console.log(`seed ${seed}: npm run faults -- --seed=${seed}${values.only && ` --only='${values.only}'`}\n`);
for (const line of SKIPPED) console.log(`Skipped: ${line}\n`);

const rows: Record<string, object> = {};
let violations = 0;
for (const fault of chosen) rows[`${fault.name}, ${fault.storage}`] = await judged(fault);
console.table(rows);
console.log(violations === 0 ? "Nothing was violated." : `${violations} violations.`);
process.exitCode = violations === 0 ? 0 : 1;

async function judged(fault: Fault): Promise<object> {
  const times = Number(values.times ?? fault.times);
  const began = performance.now();
  const journal = await fault.run(randomFrom(seed), times);
  const found = violationsIn(journal);
  violations += found.length;
  for (const line of found.slice(0, 20)) console.log(`${fault.name}, ${fault.storage}: ${line}`);
  for (const { what, value, most } of journal.measures)
    console.log(`${fault.name}, ${fault.storage}: ${what}: ${value}, at most ${most}`);
  const count = (outcome: Outcome) => journal.entries.filter((entry) => entry.outcome === outcome).length;
  return {
    times,
    calls: journal.entries.length,
    ok: count("ok"),
    refused: count("refused"),
    "503": count("unavailable"),
    "no answer": count("unknown"),
    violations: found.length,
    seconds: Math.round((performance.now() - began) / 1_000),
  };
}
