/**
 * Whether checking a token costs the same however much is stored: fills two embedded stores, one a hundred
 * times the other, and times checks in both by turns. Fails where the whole check costs over 1.3 times as
 * much in the large one.
 *
 * Runs what is in dist: `npm run build` comes first. `--small=N` and `--large=N` change the sizes.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fillStore, openStore } from "./store.mjs";

const TARGET_RATIO = 1.3;
/** Short ones, so that whatever else the machine does meets both stores alike. */
const CHECKS_PER_ROUND = 200;
const WARM_UP_ROUNDS = 15;
const ROUNDS = 75;

const { values: sizes } = parseArgs({
  options: { small: { type: "string", default: "10000" }, large: { type: "string", default: "1000000" } },
});

function sizeOf(name) {
  const size = Number(sizes[name]);
  if (!Number.isSafeInteger(size) || size < 1) throw new Error(`--${name} must be a whole number above 0`);
  return size;
}

/** A filled store, opened anew as a service finds it, and the µs that each check in it took. */
async function prepare(name, directory) {
  const size = sizeOf(name);
  const began = performance.now();
  await fillStore(directory, size);
  console.log(`${name}: filled in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  return { name, size, directory, ...(await openStore(directory, size)), times: { storage: [], me: [] } };
}

/** One check after the other, of tokens drawn before the clock runs. */
async function round({ draw, times }) {
  for (const kind of Object.keys(times)) {
    const checks = await Promise.all(Array.from({ length: CHECKS_PER_ROUND }, draw[kind]));
    for (const check of checks) {
      const began = performance.now();
      const isLive = await check();
      times[kind].push((performance.now() - began) * 1_000);
      if (!isLive) throw new Error("A live token was refused");
    }
  }
}

function quantile(times, q) {
  return times.toSorted((a, b) => a - b)[Math.floor(q * (times.length - 1))];
}

function row({ size, directory, times }, kind) {
  const [median, p25, p75, p99] = [0.5, 0.25, 0.75, 0.99].map((q) => quantile(times[kind], q).toFixed(1));
  const file = megabytes(statSync(join(directory, "data.mdb")).size);
  return { "of each": size, file, "median µs": median, "p25–p75 µs": `${p25}–${p75}`, "p99 µs": p99 };
}

/** Prints what was measured. Returns by how much the median is higher in the large store, as a ratio. */
function report(small, large, kind) {
  const ratio = quantile(large.times[kind], 0.5) / quantile(small.times[kind], 0.5);
  console.log(`\n${kind}: large/small ${ratio.toFixed(2)}`);
  console.table({ small: row(small, kind), large: row(large, kind) });
  return ratio;
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

const root = mkdtempSync(join(tmpdir(), "bench-scale-"));
process.on("exit", () => rmSync(root, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const stores = [];
try {
  for (const name of ["small", "large"]) stores.push(await prepare(name, join(root, name)));
  for (let done = -WARM_UP_ROUNDS; done < ROUNDS; done += 1) {
    if (done === 0) for (const store of stores) store.times = { storage: [], me: [] };
    for (const store of stores) await round(store);
  }
  report(...stores, "storage");
  const isMet = report(...stores, "me") <= TARGET_RATIO;
  console.log(`me: the target of at most ${TARGET_RATIO} is ${isMet ? "met" : "missed"}`);
  process.exitCode = isMet ? 0 : 1;
  const { rss, heapUsed } = process.memoryUsage();
  console.log(`resident ${megabytes(rss)}, of it JavaScript heap ${megabytes(heapUsed)}`);
  console.log(`Node ${process.version}, ${availableParallelism()} cores`);
} finally {
  for (const store of stores) await store.close();
}
