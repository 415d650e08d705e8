import { availableParallelism } from "node:os";
import { register, requestsOf } from "../people.mjs";
import { emptyStorage, startServer, startService } from "../processes.mjs";
import { inRounds } from "../rounds.mjs";

/**
 * How long a token check takes at a fixed rate: of an idle service, and while ten times as many log in as can be hashed;
 * and the same for an empty answer of a plain server that does nothing but argon2, which is what the machine allows.
 */

const CHECKS_A_SECOND = 100;
const CORES = availableParallelism();

export async function storm({ generator, rounds, seconds, result, note }) {
  for (const atOnce of new Set([Math.max(1, CORES - 1), CORES])) {
    const { env, remove } = emptyStorage("LMDB");
    const service = await startService({ ...env, HASH_CONCURRENCY: String(atOnce) });
    const plain = await startServer("plain-argon2", {}, String(atOnce));
    const requests = requestsOf.me(await register(service.url, 100));
    const timesOf = async ({ url }) => {
      const checks = { url, rate: CHECKS_A_SECOND, requests };
      const logins = { url, rate: 500 * atOnce, requests: requestsOf.login(), expected: ["200", "503"] };
      const [idle] = await generator.latency({ seconds, streams: [checks] });
      const [busy] = await generator.latency({ seconds, streams: [checks, logins] });
      return { idle, busy };
    };
    const times = await inRounds(
      rounds,
      (text) => note(`${atOnce} at once, ${text}`),
      async () => ({ service: await timesOf(service), plain: await timesOf(plain) }),
    );
    for (const { server, of, target } of [
      { server: "service", of: "token check", target: { atMost: 5 } },
      { server: "plain", of: "empty answer of a server of nothing but argon2" },
    ])
      for (const part of ["p50", "p99"]) {
        const values = (kind) => times[server].map((each) => each[kind][part]);
        result({
          name: `${of} in a login storm, ${part}, ${atOnce} hashes at once on ${CORES} cores`,
          unit: "ms",
          values: values("busy"),
          against: { name: "idle", values: values("idle") },
          ...(part === "p99" && target),
        });
      }
    await service.stop();
    await plain.stop();
    await remove();
  }
}
