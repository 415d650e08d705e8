import { INTROSPECTION_CLIENTS, register, requestsOf } from "../people.mjs";
import { cpuMicroseconds, emptyStorage, STORAGES, startServer, startService } from "../processes.mjs";
import { inRounds } from "../rounds.mjs";

/**
 * Token checks, refreshes, introspections and registrations of the service as people start it, its log read from a pipe,
 * beside Koa with one fixed answer in the same rounds.
 */

const CALLS = ["me", "refresh", "introspect", "register"];
const CONNECTIONS = 32;
/** More concurrent registrations would overflow the queue for hashing. */
const NEWCOMERS = 8;
const PEOPLE = 200;

const HS256 = { JWT_SECRET_KEY: "s".repeat(32) };
const SILENT = { LOG_LEVEL: "silent" };

/** The measured services: the calls of each, and the ratios to Koa's hello that are targets. */
const SERVICES = [
  { name: "LMDB", storage: "LMDB", asked: CALLS, atLeast: { me: 0.25, refresh: 0.1 } },
  { name: "LMDB, HS256", storage: "LMDB", env: HS256, asked: ["refresh"], atLeast: { refresh: 0.14 } },
  { name: "LMDB, silent", storage: "LMDB", env: SILENT, asked: ["me", "refresh"], atLeast: { me: 0.35 } },
  { name: "MongoDB", storage: "MongoDB", asked: CALLS, atLeast: { me: 0.09 } },
].filter(({ storage }) => STORAGES.includes(storage));

const HELLO = "Koa hello";

export async function calls({ generator, rounds, seconds, result, note }) {
  const hello = { name: HELLO, server: await startServer("koa-hello"), requestsOf: () => [{ path: "/" }] };
  const services = [];
  for (const { storage, env: more, ...service } of SERVICES) {
    const { env, remove } = emptyStorage(storage);
    const server = await startService({ ...env, ...more, INTROSPECTION_CLIENTS });
    const people = await register(server.url, PEOPLE);
    services.push({ ...service, server, remove, requestsOf: (call) => requestsOf[call](people) });
  }
  const rates = await inRounds(rounds, note, async () => {
    const measured = {};
    for (const call of CALLS) {
      const connections = call === "register" ? NEWCOMERS : CONNECTIONS;
      for (const each of [hello, ...services.filter(({ asked }) => asked.includes(call))]) {
        const task = {
          url: each.server.url,
          connections,
          seconds,
          requests: each.requestsOf(call),
        };
        const before = cpuMicroseconds(each.server.pid);
        const { perSecond, count } = await generator.throughput(task);
        measured[`${call} ${each.name}`] = perSecond;
        measured[`CPU of ${call} ${each.name}`] = (cpuMicroseconds(each.server.pid) - before) / count;
      }
    }
    return measured;
  });
  for (const call of CALLS) {
    for (const { name, atLeast } of services.filter(({ asked }) => asked.includes(call))) {
      for (const [prefix, unit] of [
        ["", "a second"],
        ["CPU of ", "µs a call"],
      ]) {
        const valuesOf = (server) => rates[`${prefix}${call} ${server}`];
        // hashing bounds a registration: compare with the logins
        const against = call === "register" ? undefined : { name: HELLO, values: valuesOf(HELLO) };
        const target = prefix === "" ? { atLeast: atLeast[call] } : {};
        result({ name: `${prefix}${call} ${name}`, unit, values: valuesOf(name), against, ...target });
      }
    }
  }
  for (const { server, remove } of [hello, ...services]) {
    await server.stop();
    await remove?.();
  }
  await allocations({ generator, rounds, result, note });
}

/** Calls in each round of the allocation count, after as many calls to let the code be compiled. */
const COUNTED = 20_000;

/** Bytes allocated for a call, from the heap sizes at the runs of the garbage collector. */
async function allocations({ generator, rounds, result, note }) {
  const { env, remove } = emptyStorage("LMDB");
  const service = await startService({ ...env, INTROSPECTION_CLIENTS }, ["--trace-gc"]);
  const people = await register(service.url, PEOPLE);
  for (const call of ["me", "refresh"]) {
    const { kib } = await inRounds(
      rounds,
      (text) => note(`allocations of ${call}, ${text}`),
      async () => {
        const before = service.allocated();
        const task = {
          url: service.url,
          connections: CONNECTIONS,
          amount: COUNTED,
          requests: requestsOf[call](people),
        };
        const { count } = await generator.throughput(task);
        return { kib: (service.allocated() - before) / count / 1_024 };
      },
    );
    result({ name: `heap of ${call} LMDB`, unit: "KiB a call", values: kib });
  }
  await service.stop();
  await remove();
}
