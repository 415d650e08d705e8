import { INTROSPECTION_CLIENTS, register, requestsOf } from "../people.mjs";
import { emptyStorage, STORAGES, startServer, startService } from "../processes.mjs";
import { inRounds } from "../rounds.mjs";

/** Token checks, refreshes, introspections and registrations, beside the same HTTP stack that answers a fixed body. */

/**
 * Who asks for what is only read stays awake: a server that is slower than its asker else pays for waking it at each
 * answer, which a faster one does not. What is hashed or written is so in other threads, and they need that core.
 */
const AWAKE = { me: true, refresh: false, introspect: true, register: false };
const CALLS = Object.keys(AWAKE);
const AT_LEAST = { "me LMDB": 0.6, "refresh LMDB": 0.4, "refresh LMDB, HS256": 0.4 };
const CONNECTIONS = 16;
const PEOPLE = 100;

/** The services that are measured, and the calls of each. */
const SERVICES = [
  ...STORAGES.map((storage) => ({ name: storage, storage, env: {}, asked: CALLS })),
  // who checks its tokens is told by the same secret, and a token costs no ECDSA signature
  { name: "LMDB, HS256", storage: "LMDB", env: { JWT_SECRET_KEY: "s".repeat(32) }, asked: ["refresh"] },
];

const startFixed = (...args) => startServer("fixed", { INTROSPECTION_CLIENTS }, ...args);

/** What they are measured against, and what that is measured against itself. */
const CEILINGS = [
  // what a refresh could be at best while it signs a token
  {
    name: "fixed, with one bare ES256 signature",
    start: () => startFixed("signing"),
    asked: ["refresh"],
    against: "fixed",
  },
  { name: "fixed", start: () => startFixed(), asked: CALLS, against: "Koa alone" },
  { name: "Koa alone", start: () => startServer("bare-koa"), asked: CALLS },
];

export async function calls({ generator, rounds, seconds, result, note }) {
  const services = [];
  for (const { storage, env: more, ...service } of SERVICES) {
    const { env, remove } = emptyStorage(storage);
    const server = await startService({ ...env, ...more, INTROSPECTION_CLIENTS });
    services.push({
      ...service,
      against: "fixed",
      server,
      people: await register(server.url, PEOPLE),
      remove,
    });
  }
  const [{ people }] = services;
  const ceilings = [];
  for (const { start, ...ceiling } of CEILINGS) ceilings.push({ ...ceiling, server: await start(), people });
  const all = [...services, ...ceilings];
  const rates = await inRounds(rounds, note, async () => {
    const measured = {};
    for (const call of CALLS) {
      for (const { name, server, people: own } of all.filter(({ asked }) => asked.includes(call))) {
        const requests = requestsOf[call](own);
        const task = { url: server.url, connections: CONNECTIONS, seconds, requests, awake: AWAKE[call] };
        measured[`${call} ${name}`] = (await generator.throughput(task)).perSecond;
      }
    }
    return measured;
  });
  for (const call of CALLS) {
    const of = (name) => ({ name: `${call} ${name}`, values: rates[`${call} ${name}`] });
    for (const { name, against } of all.filter(({ asked, against }) => against && asked.includes(call))) {
      const atLeast = AT_LEAST[`${call} ${name}`];
      result({ ...of(name), unit: "a second", against: of(against), atLeast });
    }
  }
  for (const { server, remove } of all) {
    await server.stop();
    await remove?.();
  }
}
