// What one process can do and what it takes: hashes at several costs, logins and token checks a second, memory at
// rest and under load. All in one run, by turns, so that figures compare. Needs `npm run build`. On loopback, bounded
// in time: some two minutes with the defaults. It asserts nothing; docs/guides/capacity.md says what to make of it.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import argon2 from "argon2";
import { quantile, send } from "./load.mjs";

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 8);

/** KiB, passes, lanes: the default first, then those of equal strength by OWASP, then RFC 9106's second choice. */
const COSTS = [
  [19_456, 2, 1],
  [7_168, 5, 1],
  [12_288, 3, 1],
  [47_104, 1, 1],
  [19_456, 4, 1],
  [65_536, 3, 1],
  [65_536, 3, 4],
];

/** Milliseconds of one hash at each cost, the costs by turns. */
async function hashTimes() {
  const times = COSTS.map(() => []);
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const [index, [memoryCost, timeCost, parallelism]] of COSTS.entries()) {
      const began = performance.now();
      await argon2.hash(randomBytes(12), { type: argon2.argon2id, memoryCost, timeCost, parallelism });
      // the first rounds fetch memory from the system
      if (round >= 0) times[index].push(performance.now() - began);
    }
  }
  return times.map((each) => quantile(each, 0.5));
}

/** Processes of the service: the one that was started and its children. */
function family(pid) {
  const children = readdirSync("/proc").filter((name) => {
    try {
      return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1]) === pid;
    } catch {
      return false;
    }
  });
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

/** Megabytes of main memory of all processes, what they share counted once. */
const memoryOf = (pid) =>
  family(pid)
    .map((each) => /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${each}/smaps_rollup`, "utf8"))[1])
    .reduce((sum, kib) => sum + Number(kib) / 1_024, 0);

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function startService(env) {
  const directory = mkdtempSync(join(tmpdir(), "connect-auth-capacity-"));
  const main = new URL("../dist/main.js", import.meta.url).pathname;
  const child = spawn(process.execPath, [main, "serve"], {
    env: {
      PATH: process.env.PATH,
      PORT: "0",
      DATA_DIR: directory,
      LOG_LEVEL: "silent",
      LOGIN_THROTTLE: "off",
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise((resolve) => {
    child.stdout.on("data", (chunk) => {
      const found = /listens on (\S+)/.exec(chunk);
      if (found) resolve(found[1]);
    });
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGINT");
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  return { url, pid: child.pid, stop };
}

/** Answers of status 200 a second, as many requests at once as are told, each after the answer to the one before. */
async function rate(atOnce, ask) {
  const until = performance.now() + SECONDS * 1_000;
  let answered = 0;
  const client = async () => {
    while (performance.now() < until) {
      const { status } = await ask();
      if (status === 200 && performance.now() < until) answered += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return answered / SECONDS;
}

async function measure(name, env) {
  const service = await startService(env);
  await wait(3_000);
  const atRest = memoryOf(service.pid);
  const person = { username: "Ada", email: "ada@example.com", password: "correct horse" };
  const { text } = await send(`${service.url}/api/register`, { method: "POST", body: person });
  const headers = { authorization: `Bearer ${JSON.parse(text).access_token}` };
  const { username: _, ...body } = person;
  const logins = await rate(16, () => send(`${service.url}/api/login`, { method: "POST", body }));
  const checks = await rate(16, () => send(`${service.url}/api/me`, { headers }));
  const after = memoryOf(service.pid);
  await service.stop();
  const figures = [logins, checks, atRest, after].map((figure) => figure.toFixed(0));
  console.log(`| ${name} | ${figures.join(" | ")} |`);
}

console.log(`Node ${process.version}, ${availableParallelism()} cores\n`);
const times = await hashTimes();
console.log("| KiB, passes, lanes | ms | of the default | hashes a second and core | MB for each at once |");
console.log("|---|---|---|---|---|");
for (const [index, [memory, passes, lanes]] of COSTS.entries()) {
  const ms = times[index];
  const cells = [
    `${memory}, ${passes}, ${lanes}`,
    ms.toFixed(1),
    (ms / times[0]).toFixed(2),
    // lanes are threads: their time adds up to no less than this
    lanes === 1 ? (1_000 / ms).toFixed(0) : "",
    (memory / 1_024).toFixed(0),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
console.log("\n| | logins a second | checks a second | MB at rest | MB after load |\n|---|---|---|---|---|");
const { settingsSchema } = await import("../dist/composition/settings.js");
await measure("LMDB, one hash at once", { HASH_CONCURRENCY: "1" });
await measure("LMDB, two at once", { HASH_CONCURRENCY: "2" });
await measure("LMDB, one at once, HS256", { HASH_CONCURRENCY: "1", JWT_SECRET_KEY: "x".repeat(32) });
if ("WORKERS" in settingsSchema.shape) await measure("LMDB, two workers", { WORKERS: "2" });
const { TEST_MONGO_URI } = process.env;
if (TEST_MONGO_URI) {
  const env = { HASH_CONCURRENCY: "1", SECRET_KEY: "s".repeat(32) };
  await measure("MongoDB, one at once", { ...env, MONGO_URI: TEST_MONGO_URI });
}
