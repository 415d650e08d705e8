import { startedUntilAnswer } from "../first-answer.mjs";
import { register } from "../people.mjs";
import { emptyStorage, memoryOf, STORAGES, startService, wait } from "../processes.mjs";
import { inRounds } from "../rounds.mjs";

/** The time from the command to the first answer, and the memory of an idle service. */

const REST_MS = 3_000;
/** MongoDB's driver is slow to load, and the indexes are checked over the network. */
const START_AT_MOST = { LMDB: 350, MongoDB: 400 };

async function startAndRest(env) {
  const { service, ms } = await startedUntilAnswer(env);
  await wait(REST_MS);
  const { resident } = memoryOf(service.pid);
  await service.stop();
  return { ms, resident };
}

export async function start({ rounds, result, note }) {
  for (const storage of STORAGES) {
    const { env, remove } = emptyStorage(storage);
    const first = await startService(env);
    await register(first.url, 1);
    await first.stop();
    const { ms, resident } = await inRounds(
      rounds,
      (text) => note(`${storage}, ${text}`),
      () => startAndRest(env),
    );
    result({
      name: `cold start to the first answer, ${storage}`,
      unit: "ms",
      values: ms,
      atMost: START_AT_MOST[storage],
    });
    result({ name: `resident memory at rest, ${storage}`, unit: "MB", values: resident, atMost: 105 });
    await remove();
  }
}
