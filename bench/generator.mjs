import autocannon from "autocannon";
import { atRate, send } from "./load.mjs";
import { quantiles } from "./statistics.mjs";

/** Sends requests from a process of its own, so that the cost of sending is not charged to a server. */
const TASKS = {
  /**
   * A closed loop: each connection sends its next request when the last one is answered, for `seconds` or until
   * `amount` requests are sent.
   */
  async throughput({ url, connections, seconds, amount, requests }) {
    const times = [];
    const run = autocannon({
      url,
      connections,
      ...(amount ? { amount } : { duration: seconds }),
      requests: requests.map(numbered),
      timeout: 30,
    });
    run.on("response", (_client, _status, _bytes, ms) => times.push(ms));
    const { statusCodeStats, duration, errors } = await run;
    const statuses = Object.fromEntries(
      Object.entries(statusCodeStats).map(([status, { count }]) => [status, count]),
    );
    return {
      perSecond: times.length / duration,
      count: times.length,
      times: quantiles(times),
      statuses,
      errors,
    };
  },

  /** An open loop: streams of requests that go out by the clock, whether answers come or not. */
  async latency({ seconds, streams }) {
    const answers = await Promise.all(
      streams.map(({ rate, url, requests }) =>
        atRate(rate, seconds, (n) => {
          const { path, ...request } = requests[n % requests.length];
          return send(url + path, request);
        }),
      ),
    );
    return {
      streams: answers.map((stream) => ({
        times: quantiles(stream.map(({ ms }) => ms)),
        ...counted(stream),
      })),
    };
  },
};

let made = 0;

/** Replaces `{n}` in a body by a new number for each request, where no two bodies may be equal. */
function numbered(request) {
  if (!request.body?.includes("{n}")) return request;
  const setupRequest = (template) => {
    made += 1;
    return { ...template, body: request.body.replaceAll("{n}", `${process.pid}x${made}`) };
  };
  return { ...request, setupRequest };
}

/** The status, or 0 for a request without an answer. */
function counted(answers) {
  const statuses = {};
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  const { 0: errors = 0, ...answered } = statuses;
  return { statuses: answered, errors };
}

process.on("message", async ({ kind, ...task }) => {
  try {
    process.send(await TASKS[kind](task));
  } catch (error) {
    process.send({ error: error.stack });
  }
});
