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
  const resident = [];
  let answered = 0;
  while (answered < requests) {
    const task = { url: service.url, connections: 16, requests: asked, amount: Math.ceil(requests / STEPS) };
    const { statuses } = await generator.throughput(task);
    answered += statuses[200];
    const memory = memoryOf(service.pid);
    series.push([answered, memory.own]);
    resident.push(memory.resident);
    note(
      `${answered} requests, ${Math.round(memory.own)} MB, ${Math.round(memory.resident)} with the file's pages`,
    );
  }
  // the first of ten parts is for the compilers and the first heap
  const [early, before] = series[1];
  const [, after] = series.at(-1);
  // each refresh leaves an entry in the audit trail: the file grows, and LMDB maps it
  result({
    name: `memory beyond the mapped file after ${answered} requests`,
    unit: "MB",
    values: [after],
    against: { name: `after ${early}`, values: [before] },
    atMost: 1.1,
    series,
  });
  result({
    name: `resident memory after ${answered} requests, pages of the file among it`,
    unit: "MB",
    values: [resident.at(-1)],
    against: { name: `after ${early}`, values: [resident[1]] },
  });
  await service.stop();
  await remove();
}
