import { availableParallelism } from "node:os";
import { register, requestsOf } from "../people.mjs";
import { emptyStorage, startService } from "../processes.mjs";
import { inRounds } from "../rounds.mjs";

/** How long a token check takes at a fixed rate: of an idle service, and while ten times as many log in as can be hashed. */

const CHECKS_A_SECOND = 100;
const CORES = availableParallelism();

export async function storm({ generator, rounds, seconds, result, note }) {
  for (const atOnce of new Set([Math.max(1, CORES - 1), CORES])) {
    const { env, remove } = emptyStorage("LMDB");
    const { url, stop } = await startService({ ...env, HASH_CONCURRENCY: String(atOnce) });
    const checks = { url, rate: CHECKS_A_SECOND, requests: requestsOf.me(await register(url, 100)) };
    const logins = { url, rate: 500 * atOnce, requests: requestsOf.login(), expected: ["200", "503"] };
    const times = await inRounds(
      rounds,
      (text) => note(`${atOnce} at once, ${text}`),
      async () => {
        const [idle] = await generator.latency({ seconds, streams: [checks] });
        const [busy] = await generator.latency({ seconds, streams: [checks, logins] });
        return { idle, busy };
      },
    );
    for (const [part, atMost] of [["p50"], ["p99", 5]]) {
      const of = (kind) => times[kind].map((each) => each[part]);
      result({
        name: `token check in a login storm, ${part}, ${atOnce} hashes at once on ${CORES} cores`,
        unit: "ms",
        values: of("busy"),
        against: { name: "idle", values: of("idle") },
        atMost,
      });
    }
    await stop();
    await remove();
  }
}
