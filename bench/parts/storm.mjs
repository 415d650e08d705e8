import { atEachConcurrency, CORES } from "../hashing.mjs";
import { register, requestsOf } from "../people.mjs";
import { memoryOf } from "../processes.mjs";
import { inRounds } from "../rounds.mjs";

/**
 * Latency of token checks at a fixed rate: on an idle service, and under ten times as many logins as can be hashed. The
 * same for an empty answer of a plain server that only hashes, which is the limit of the machine.
 */

const CHECKS_A_SECOND = 100;

export const storm = ({ generator, rounds, seconds, result, note }) =>
  atEachConcurrency(async ({ atOnce, service, plain }) => {
    // one of them logs in, the others check: more than MAX_SESSIONS logins would end the session of the first token
    const people = await register(service.url, 101);
    const requests = requestsOf.me(people.slice(1));
    const rateOf = async ({ url }) => {
      const task = { url, connections: atOnce + 1, seconds, requests: requestsOf.login(people.slice(0, 1)) };
      return (await generator.throughput(task)).perSecond;
    };
    const tooMany = 10 * (await rateOf(service));
    note(`${Math.round(tooMany)} logins a second, ten times what is hashed`);
    const timesOf = async ({ url }) => {
      const checks = { url, rate: CHECKS_A_SECOND, requests };
      const expected = ["200", "401", "503"];
      const logins = { url, rate: tooMany, requests: requestsOf.manyLogins(), expected };
      const [idle] = await generator.latency({ seconds, streams: [checks] });
      const [busy] = await generator.latency({ seconds, streams: [checks, logins] });
      return { idle, busy };
    };
    const times = await inRounds(
      rounds,
      (text) => note(`${atOnce} at once, ${text}`),
      async () => ({ service: await timesOf(service), plain: await timesOf(plain) }),
    );
    const add = (what, measured, part, atMost) => {
      const valuesOf = (kind) => measured.map((each) => each[kind][part]);
      result({
        name: `${what} in a login storm, ${part}, ${atOnce} hashes at once on ${CORES} cores`,
        unit: "ms",
        values: valuesOf("busy"),
        against: { name: "idle", values: valuesOf("idle") },
        atMost,
      });
    };
    add("token check", times.service, "p50");
    add("token check", times.service, "p99", 3);
    add("empty answer of a server of nothing but hashing", times.plain, "p50");
    add("empty answer of a server of nothing but hashing", times.plain, "p99");
    const { resident } = memoryOf(service.pid);
    const name = `resident memory after the storm, ${atOnce} hashes at once on ${CORES} cores`;
    result({ name, unit: "MB", values: [resident], atMost: 180 });
  });
