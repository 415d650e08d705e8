import { once } from "node:events";
import { atEachConcurrency, CORES, PACKAGES } from "../hashing.mjs";
import { register, requestsOf } from "../people.mjs";
import { startServer, wait } from "../processes.mjs";
import { inRounds } from "../rounds.mjs";

/**
 * Logins with each package that hashes, beside the bare argon2 loop, a bare loop of the other package, and a plain server
 * that does nothing but hash, with equally many hashes at once.
 */

/** Hashes a second of a bare loop of a package, without requests. */
async function bareLoop(name, concurrency, seconds) {
  const { child, stop } = await startServer("bare-argon2", {}, String(concurrency), name);
  const made = async () => {
    child.send("rate");
    return (await once(child, "message"))[0];
  };
  await wait(500);
  await made();
  const began = performance.now();
  await wait(seconds * 1_000);
  const rate = ((await made()) / (performance.now() - began)) * 1_000;
  await stop();
  return rate;
}

export const logins = ({ generator, rounds, seconds, result, note }) =>
  atEachConcurrency(async ({ atOnce, services, plain }) => {
    // a closed loop with always one more than can be hashed: no core waits for a request, and none is refused
    const loop = async ({ url }, requests) => {
      const task = { url, connections: atOnce + 1, seconds, requests };
      return (await generator.throughput(task)).perSecond;
    };
    const requestsTo = {};
    for (const name of PACKAGES) {
      requestsTo[name] = requestsOf.login(await register(services[name].url, 1));
    }
    const rates = await inRounds(
      rounds,
      (text) => note(`${atOnce} at once, ${text}`),
      async () => {
        const round = { plain: await loop(plain, requestsTo[PACKAGES[0]]) };
        for (const name of PACKAGES) {
          round[`service ${name}`] = await loop(services[name], requestsTo[name]);
          round[`bare ${name}`] = await bareLoop(name, atOnce, seconds);
        }
        return round;
      },
    );
    const against = { name: "the bare argon2 loop", values: rates["bare argon2"] };
    const add = (what, measured, atLeast) => {
      const name = `${what}, ${atOnce} at once on ${CORES} cores`;
      result({ name, unit: "a second", values: rates[measured], against, atLeast });
    };
    add("logins", "service node-rs", 1.9);
    add("a bare loop of @node-rs/argon2", "bare node-rs");
    add("a server of nothing but @node-rs/argon2", "plain");
    add("logins with PASSWORD_HASHING=argon2", "service argon2", 0.95);
  });
