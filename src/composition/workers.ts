import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { makeBackoff } from "./backoff.ts";
import type { Config } from "./config.ts";
import { poolSizeFor } from "./thread-pool.ts";
import type { StartReport, StopMessage, WorkerMessage } from "./worker-messages.ts";

/** A service that was started, in one process or several. */
export interface Started {
  readonly report: StartReport;
  /** Stops each process of it as `RunningService.stop` does. */
  stop(graceMs?: number): Promise<void>;
}

/** Why no worker could start, in the words and with the status that a single process would end with. */
export class WorkerStartError extends Error {
  override readonly name = "WorkerStartError";
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

interface Notices {
  warn(what: string, facts: object): void;
}

/** Told to workers that join those that serve: they listen only once they can serve. */
export const JOINS = "CONNECT_AUTH_JOINS";

/**
 * Starts the workers and replaces each that dies. Resolves once all serve.
 * @throws WorkerStartError where one cannot start
 */
export async function startWorkers(config: Config, notices: Notices): Promise<Started> {
  // a first process that hands connections out leaves the one hanging that it gave to a worker that died just then
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const stopping = new AbortController();
  let stopMessage: StopMessage | undefined;
  const tellToStop = (worker: Worker | undefined) => {
    // one that dies just then need not be told
    if (stopMessage && worker?.isConnected()) worker.send(stopMessage, () => {});
  };

  /** Forks workers for one place, one after the other, until the service stops. */
  async function keepPlace(first: Worker): Promise<void> {
    const waitBefore = makeBackoff();
    for (let worker = first; ; worker = fork(config, { [JOINS]: "true" })) {
      // who was told before it could listen is told again
      worker.once("message", ({ type }: WorkerMessage) => {
        tellToStop(worker);
        if (worker !== first && type === "serving")
          notices.warn("worker_replaced", { pid: worker.process.pid });
      });
      const { workedMs, ...end } = await life(worker);
      if (stopping.signal.aborted) return;
      const replacedInMs = waitBefore(workedMs);
      notices.warn("worker_died", { ...end, replacedInMs });
      await setTimeout(replacedInMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
    }
  }

  const workers = Array.from({ length: config.WORKERS }, () => fork(config, {}));
  const places = workers.map(keepPlace);
  const reports = await Promise.all(workers.map(served)).catch((error) => {
    stopping.abort();
    for (const worker of workers) worker.process.kill("SIGKILL");
    throw error;
  });

  return {
    report: reports[0] as StartReport,
    async stop(graceMs = 0) {
      stopMessage = { type: "stop", graceMs };
      stopping.abort();
      for (const worker of Object.values(cluster.workers ?? {})) tellToStop(worker);
      await Promise.all(places);
    },
  };
}

/** A worker whose pool of threads has room for the hashing that it may do. */
function fork({ HASH_CONCURRENCY }: Config, env: Record<string, string>): Worker {
  const threads = process.env.UV_THREADPOOL_SIZE ?? poolSizeFor(HASH_CONCURRENCY);
  return cluster.fork({ UV_THREADPOOL_SIZE: threads, ...env });
}

/** Resolves to what a worker reports once it serves. @throws WorkerStartError */
async function served(worker: Worker): Promise<StartReport> {
  const [message]: (WorkerMessage | number)[] = await Promise.race([
    once(worker, "message"),
    once(worker, "exit"),
  ]);
  if (typeof message !== "object") throw new WorkerStartError("A worker ended before it served", 1);
  if (message.type === "failed") throw new WorkerStartError(message.message, message.status);
  if (message.type === "metrics") throw new TypeError("Only who serves is asked for metrics");
  return message.report;
}

/** Resolves, at the end of a worker, to how it ended and how long it had served. */
async function life(worker: Worker) {
  let servingSince: number | undefined;
  let failure: string | undefined;
  worker.once("message", (message: WorkerMessage) => {
    if (message.type === "serving") servingSince = performance.now();
    if (message.type === "failed") failure = message.message;
  });
  const [status, signal] = await once(worker, "exit");
  const workedMs = servingSince === undefined ? 0 : performance.now() - servingSince;
  return { workedMs, pid: worker.process.pid, status: signal ?? status, ...(failure && { failure }) };
}
