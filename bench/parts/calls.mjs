import { INTROSPECTION_CLIENTS, register, requestsOf } from "../people.mjs";
import { emptyStorage, STORAGES, startServer, startService } from "../processes.mjs";
import { inRounds } from "../rounds.mjs";

/** Token checks, refreshes, introspections and registrations, beside the same HTTP stack that answers a fixed body. */

const CALLS = ["me", "refresh", "introspect", "register"];
const AT_LEAST = { "me LMDB": 0.6, "refresh LMDB": 0.4 };
const CONNECTIONS = 16;
const PEOPLE = 100;

export async function calls({ generator, rounds, seconds, result, note }) {
  const services = [];
  for (const storage of STORAGES) {
    const { env, remove } = emptyStorage(storage);
    const server = await startService({ ...env, INTROSPECTION_CLIENTS });
    services.push({ name: storage, server, people: await register(server.url, PEOPLE), remove });
  }
  const [{ people }] = services;
  const ceilings = [
    { name: "fixed", server: await startServer("fixed", { INTROSPECTION_CLIENTS }), people },
    { name: "Koa alone", server: await startServer("bare-koa"), people },
  ];
  const all = [...services, ...ceilings];
  const rates = await inRounds(rounds, note, async () => {
    const measured = {};
    for (const call of CALLS) {
      for (const { name, server, people: own } of all) {
        const task = { url: server.url, connections: CONNECTIONS, seconds, requests: requestsOf[call](own) };
        measured[`${call} ${name}`] = (await generator.throughput(task)).perSecond;
      }
    }
    return measured;
  });
  const of = (key) => ({ name: key, values: rates[key] });
  for (const call of CALLS) {
    for (const { name } of services) {
      const key = `${call} ${name}`;
      result({ ...of(key), unit: "a second", against: of(`${call} fixed`), atLeast: AT_LEAST[key] });
    }
    result({ ...of(`${call} fixed`), unit: "a second", against: of(`${call} Koa alone`) });
  }
  for (const { server, remove } of all) {
    await server.stop();
    await remove?.();
  }
}
