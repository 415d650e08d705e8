import { startedUntilAnswer } from "../first-answer.mjs";
import { loginOf, requestsOf } from "../people.mjs";
import { memoryOf, startService } from "../processes.mjs";
import { inRounds } from "../rounds.mjs";
import { SERVICE_OF_STORE } from "../store.mjs";

/** Figures of a running service on a filled store. Times are in milliseconds. */

const CHECKS_A_SECOND = 200;
/** Few, since the hashes of both services share the cores. */
const LOGINS_A_SECOND = 4;

const variablesOf = ({ directory }) => ({ ...SERVICE_OF_STORE, DATA_DIR: directory });

/**
 * Latency at a fixed rate, and memory: `overHttp` of each store. Both services are asked at once, so that each meets the
 * same load of the machine, about other users in each round.
 */
export async function measureService(stores, { generator, rounds, seconds, note }) {
  const services = [];
  for (const store of stores) services.push(await startService(variablesOf(store)));
  async function latency(rate, requestsFor) {
    const streams = [];
    for (const [index, { opened }] of stores.entries())
      streams.push({ url: services[index].url, rate, requests: await requestsFor(opened, rate * seconds) });
    return generator.latency({ seconds, streams });
  }
  const measured = await inRounds(rounds, note, async () => {
    const checks = await latency(CHECKS_A_SECOND, async ({ tokens }, count) =>
      requestsOf.me(await tokens(count)),
    );
    const logins = await latency(LOGINS_A_SECOND, ({ addresses }, count) => addresses(count).map(loginOf));
    return services.map(({ pid }, index) => ({
      checks: checks[index],
      logins: logins[index],
      memory: memoryOf(pid),
    }));
  });
  for (const [index, store] of stores.entries()) store.overHttp = measured[index];
  for (const service of services) await service.stop();
}

/** From the command to the first answer, both stores by turns: `start` of each. */
export async function measureStarts(stores, rounds, note) {
  const times = await inRounds(rounds, note, async () => {
    const taken = [];
    for (const store of stores) taken.push(await startTime(store));
    return taken;
  });
  for (const [index, store] of stores.entries()) store.start = times[index];
}

export async function startTime(store) {
  const { service, ms } = await startedUntilAnswer(variablesOf(store));
  await service.stop();
  return ms;
}
