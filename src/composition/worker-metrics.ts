import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { aggregate, remains, type Snapshot } from "../adapters/prom-client/aggregate.ts";
import type { ToWorker, WorkerMessage } from "./worker-messages.ts";

/** So long the first process waits for what its workers count. */
const PATIENCE_MS = 1_000;

/**
 * Gives the metrics of all workers as one text. Who does not answer in time counts as it last did; of those that
 * ended, what they had counted when they last told stays in the sums.
 */
export function gatherMetrics(): () => Promise<string> {
  const latest = new Map<Worker, Snapshot>();
  const serving = new Set<Worker>();
  let ended: Promise<Snapshot> = Promise.resolve([]);

  cluster.on("message", (worker, message: WorkerMessage) => {
    // what it said may come after its end
    if (message.type === "serving" && worker.isConnected()) serving.add(worker);
    if (message.type === "metrics" && serving.has(worker)) latest.set(worker, message.snapshot);
  });
  cluster.on("exit", (worker) => {
    const last = latest.get(worker);
    serving.delete(worker);
    latest.delete(worker);
    if (last) ended = ended.then((before) => remains([before, last]));
  });

  return async () => {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    await Promise.all([...serving].map((worker) => ask(worker, patience)));
    const gone = ended;
    const running = [...latest.values()];
    return aggregate([await gone, ...running]);
  };
}

/** Resolves once the worker has answered, ended, or taken too long. */
async function ask(worker: Worker, signal: AbortSignal): Promise<void> {
  if (!worker.isConnected()) return;
  const heard = [once(worker, "message", { signal }), once(worker, "exit", { signal })];
  worker.send({ type: "measure" } satisfies ToWorker, () => {});
  await Promise.race(heard).catch(() => {});
}
