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
    const task = { url: service.url, connections: 16, requests: asked, amount: Math.ceil(requests / STEPS) };
    const { statuses } = await generator.throughput(task);
    answered += statuses[200];
    series.push([answered, memoryOf(service.pid).resident]);
    note(`${answered} requests, ${Math.round(series.at(-1)[1])} MB`);
  }
  // the first of ten parts is for the compilers and the first heap
  const [early, before] = series[1];
  const [, after] = series.at(-1);
  result({
    name: `resident memory after ${answered} requests`,
    unit: "MB",
    values: [after],
    against: { name: `after ${early}`, values: [before] },
    atMost: 1.1,
    series,
  });
  await service.stop();
  await remove();
}
