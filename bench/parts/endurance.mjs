import { INTROSPECTION_CLIENTS, register, requestsOf } from "../people.mjs";
import { emptyStorage, memoryOf, startService } from "../processes.mjs";

/** The memory of the service over a million requests: checks, refreshes and introspections by turns. */

const STEPS = 10;

export async function endurance({ generator, requests, result, note }) {
  const { env, remove } = emptyStorage("LMDB");
  const service = await startService({ ...env, INTROSPECTION_CLIENTS });
  const people = await register(service.url, 100);
  const asked = ["me", "me", "me", "introspect", "refresh"].flatMap((call) => requestsOf[call](people));
  const samples = [];
  let answered = 0;
  while (answered < requests) {
    const task = { url: service.url, connections: 16, requests: asked, amount: Math.ceil(requests / STEPS) };
    const { statuses } = await generator.throughput(task);
    answered += statuses[200];
    const { own, resident } = memoryOf(service.pid);
    samples.push({ answered, own, resident });
    note(`${answered} requests, ${Math.round(own)} MB, ${Math.round(resident)} with the file's pages`);
  }
  // the first of ten parts is the warm-up
  const [, before] = samples;
  const after = samples.at(-1);
  // each refresh leaves an entry in the audit trail: the file grows, and LMDB maps it
  result({
    name: `memory beyond the mapped file after ${answered} requests`,
    unit: "MB",
    values: [after.own],
    against: { name: `after ${before.answered}`, values: [before.own] },
    atMost: 1.1,
    series: samples.map((sample) => [sample.answered, sample.own]),
  });
  result({
    name: `resident memory after ${answered} requests, pages of the file among it`,
    unit: "MB",
    values: [after.resident],
    against: { name: `after ${before.answered}`, values: [before.resident] },
  });
  await service.stop();
  await remove();
}
