// The capacity of one process: hashes at several costs, logins and token checks a second, memory at rest and under
// load. All in one run, by turns, so that figures compare. Needs `npm run build`. Runs on loopback, for about two
// minutes with the defaults. It asserts nothing; docs/guides/capacity.md explains the figures.
import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { hash } from "@node-rs/argon2";
import { register, requestsOf } from "./people.mjs";
import { emptyStorage, memoryOf, STORAGES, startGenerator, startService, wait } from "./processes.mjs";
import { quantile } from "./statistics.mjs";

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
      await hash(randomBytes(12), { memoryCost, timeCost, parallelism });
      // the first rounds allocate memory from the system
      if (round >= 0) times[index].push(performance.now() - began);
    }
  }
  return times.map((each) => quantile(each, 0.5));
}

async function measure(name, storage, env) {
  const { env: chosen, remove } = emptyStorage(storage);
  const service = await startService({ ...chosen, ...env });
  await wait(3_000);
  const atRest = memoryOf(service.pid).proportional;
  const people = await register(service.url, 1);
  const rate = async (requests) =>
    (await generator.throughput({ url: service.url, connections: 16, seconds: SECONDS, requests })).perSecond;
  const logins = await rate(requestsOf.login(people));
  const checks = await rate(requestsOf.me(people));
  const after = memoryOf(service.pid).proportional;
  await service.stop();
  await remove();
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
const generator = await startGenerator();
await measure("LMDB, one hash at once", "LMDB", { HASH_CONCURRENCY: "1" });
await measure("LMDB, two at once", "LMDB", { HASH_CONCURRENCY: "2" });
await measure("LMDB, one at once, HS256", "LMDB", { HASH_CONCURRENCY: "1", JWT_SECRET_KEY: "x".repeat(32) });
await measure("LMDB, two workers", "LMDB", { WORKERS: "2" });
if (STORAGES.includes("MongoDB")) await measure("MongoDB, one at once", "MongoDB", { HASH_CONCURRENCY: "1" });
await generator.stop();
