import { availableParallelism } from "node:os";
import { register, requestsOf } from "../people.mjs";
import { emptyStorage, startService } from "../processes.mjs";

/** How long a token check takes at a fixed rate: of an idle service, and while ten times as many log in as can be hashed. */

const CHECKS_A_SECOND = 100;
const CORES = availableParallelism();

export async function storm({ generator, rounds, seconds, result, note }) {
  for (const atOnce of new Set([Math.max(1, CORES - 1), CORES])) {
    const { env, remove } = emptyStorage("LMDB");
    const service = await startService({ ...env, HASH_CONCURRENCY: String(atOnce) });
    const people = await register(service.url, 100);
    const checks = { url: service.url, rate: CHECKS_A_SECOND, requests: requestsOf.me(people) };
    const logins = { url: service.url, rate: 500 * atOnce, requests: requestsOf.login() };
    const run = async (...streams) => (await generator.run({ kind: "latency", seconds, streams })).streams;
    const times = { idle: [], storm: [] };
    for (let round = -1; round < rounds; round += 1) {
      note(`${atOnce} at once, ${round < 0 ? "warming up" : `round ${round + 1} of ${rounds}`}`);
      const [idle] = await run(checks);
      const [busy, flood] = await run(checks, logins);
      for (const { statuses } of [idle, busy]) {
        if (Object.keys(statuses).join() !== "200") throw new Error(`checks: ${JSON.stringify(statuses)}`);
      }
      if (Object.keys(flood.statuses).some((status) => !["200", "503"].includes(status)))
        throw new Error(`logins: ${JSON.stringify(flood.statuses)}`);
      if (round < 0) continue;
      times.idle.push(idle.times);
      times.storm.push(busy.times);
    }
    for (const [part, atMost] of [["p50"], ["p99", 5]]) {
      const of = (kind) => times[kind].map((each) => each[part]);
      const name = `token check in a login storm, ${part}, ${atOnce} hashes at once on ${CORES} cores`;
      result({
        name,
        unit: "ms",
        values: of("storm"),
        against: { name: "idle", values: of("idle") },
        atMost,
      });
    }
    await service.stop();
    remove();
  }
}
