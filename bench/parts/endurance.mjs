import { INTROSPECTION_CLIENTS, register, requestsOf } from "../people.mjs";
import { emptyStorage, memoryOf, startService } from "../processes.mjs";

/** What the service occupies over a million requests: checks, refreshes and introspections by turns. */

const STEPS = 10;

export async function endurance({ generator, requests, result, note }) {
  const { env, remove } = emptyStorage("LMDB");
  const service = await startService({ ...env, INTROSPECTION_CLIENTS });
  const people = await register(service.url, 100);
  const asked = ["me", "me", "me", "introspect", "refresh"].flatMap((call) => requestsOf[call](people));
  const series = [];
  let answered = 0;
  while (answered < requests) {
    const task = { kind: "throughput", url: service.url, connections: 16, requests: asked };
    const { statuses, errors } = await generator.run({ ...task, amount: Math.ceil(requests / STEPS) });
    if (errors || Object.keys(statuses).join() !== "200") throw new Error(JSON.stringify(statuses));
    answered += statuses[200];
    series.push([answered, memoryOf(service.pid).resident]);
    note(`${answered} requests, ${Math.round(series.at(-1)[1])} MB`);
  }
  const at = (step) => series[step]?.[1] ?? series.at(-1)[1];
  result({
    name: `resident memory after ${answered} requests`,
    unit: "MB",
    values: [at(STEPS - 1)],
    // the first of ten parts is for the compilers and the first heap
    against: { name: `after ${series[1]?.[0] ?? answered}`, values: [at(1)] },
    atMost: 1.1,
    series,
  });
  await service.stop();
  remove();
}
