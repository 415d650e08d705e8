import { once } from "node:events";
import { atEachConcurrency, CORES } from "../hashing.mjs";
import { register, requestsOf } from "../people.mjs";
import { startServer, wait } from "../processes.mjs";
import { inRounds } from "../rounds.mjs";

/** Logins beside the bare argon2 loop and a plain server that does nothing but argon2, with as many hashes at once. */

/** Hashes that a bare loop makes in a second, while nobody asks for anything. */
async function bareLoop(concurrency, seconds) {
  const { child, stop } = await startServer("bare-argon2", {}, String(concurrency));
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
  atEachConcurrency(async ({ atOnce, service, plain }) => {
    const people = await register(service.url, 1);
    // a closed loop with always one more than can be hashed: no core waits for a request, and none is refused
    const loop = async ({ url }) => {
      const task = { url, connections: atOnce + 1, seconds, requests: requestsOf.login(people) };
      return (await generator.throughput(task)).perSecond;
    };
    const rates = await inRounds(
      rounds,
      (text) => note(`${atOnce} at once, ${text}`),
      async () => ({
        service: await loop(service),
        plain: await loop(plain),
        bare: await bareLoop(atOnce, seconds),
      }),
    );
    const name = `${atOnce} at once on ${CORES} cores`;
    const against = { name: "the bare argon2 loop", values: rates.bare };
    result({ name: `logins, ${name}`, unit: "a second", values: rates.service, against, atLeast: 0.95 });
    result({
      name: `a server of nothing but argon2, ${name}`,
      unit: "a second",
      values: rates.plain,
      against,
    });
  });
