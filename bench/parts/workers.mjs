import { availableParallelism } from "node:os";
import { register, requestsOf } from "../people.mjs";
import { emptyStorage, STORAGES, startService } from "../processes.mjs";
import { inRounds } from "../rounds.mjs";

/** Token checks of two workers beside those of one process. */

const CONNECTIONS = 32;
/** Cores needed: two workers, the load generator and, on MongoDB, the database. */
const CORES_WANTED = 3;

export async function workers({ generator, rounds, seconds, result, note }) {
  const areThere = availableParallelism() >= CORES_WANTED;
  if (!areThere)
    note(`${availableParallelism()} cores: two workers and who asks share them, so no target is judged`);
  for (const storage of STORAGES) {
    const { env, remove } = emptyStorage(storage);
    const one = await startService(env);
    const requests = requestsOf.me(await register(one.url, 100));
    const two = await startService({ ...env, WORKERS: "2" });
    const rateOf = async ({ url }) =>
      (await generator.throughput({ url, connections: CONNECTIONS, seconds, requests })).perSecond;
    const rates = await inRounds(
      rounds,
      (text) => note(`${storage}, ${text}`),
      async () => ({ one: await rateOf(one), two: await rateOf(two) }),
    );
    result({
      name: `token checks of two workers, ${storage}`,
      unit: "a second",
      values: rates.two,
      against: { name: "one process", values: rates.one },
      ...(areThere && { atLeast: 1.6 }),
    });
    await two.stop();
    await one.stop();
    await remove();
  }
}
