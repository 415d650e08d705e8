import { setTimeout as sleep } from "node:timers/promises";
import { holdPort } from "../../adapters/node/held-port.ts";
import type { Config } from "../settings/config.ts";
import type { DriverChoice } from "../wiring/argon2-driver.ts";
import { atMost } from "../wiring/background.ts";
import { noPort } from "../wiring/start-error.ts";
import { makeBackoff } from "./backoff.ts";
import { STOP_MS } from "./end-process.ts";
import type { StartReport, StopMessage, WorkerMessage } from "./worker-messages.ts";
import { startWorker, type WorkerProcess } from "./worker-process.ts";

/** A running service, in one process or several. */
export interface Started {
  readonly report: StartReport;
  /** Stops each of its processes like `RunningService.stop`. */
  stop(graceMs?: number): Promise<void>;
}

/** The fault that keeps a worker from starting, with the message and exit status of a single process. */
export class WorkerStartError extends Error {
  override readonly name = "WorkerStartError";
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Listeners for the events of workers. */
export interface Watchers {
  warn(what: string, facts: object): void;
  /** Called for each worker that starts. */
  started(worker: WorkerProcess): void;
}

/** A worker that does not stop by itself is killed this long before the end of the stop. */
const KILLED_BEFORE_MS = 500;

/**
 * Starts the workers and replaces each one that dies. Resolves once all serve. This process keeps their port
 * bound: while no worker runs, connections wait for the next one.
 * @throws StartError, or WorkerStartError if a worker cannot start
 */
export async function startWorkers(
  config: Config,
  hashing: Promise<DriverChoice>,
  { warn, started }: Watchers,
): Promise<Started> {
  const { HOST: host, PORT } = config;
  const port = await holdPort(host, PORT).catch((error) => {
    throw noPort(host, PORT, error);
  });
  const stopping = new AbortController();
  const running = new Set<WorkerProcess>();
  let stopMessage: StopMessage | undefined;

  function start(joins: boolean): WorkerProcess {
    const worker = startWorker(config, hashing, port.fd, joins);
    running.add(worker);
    void worker.ended.then(() => running.delete(worker));
    started(worker);
    return worker;
  }

  function killAll(): void {
    for (const worker of running) worker.kill();
  }

  /** Keeps one worker running: replaces it each time that it ends, until the service stops. */
  async function keepPlace(first: WorkerProcess): Promise<void> {
    const waitBefore = makeBackoff();
    for (let worker = first; ; worker = replacement()) {
      const { workedMs, ...end } = await worker.ended;
      if (stopping.signal.aborted) return;
      const replacedInMs = waitBefore(workedMs);
      warn("worker_died", { pid: worker.pid, ...end, replacedInMs });
      await sleep(replacedInMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
    }
  }

  function replacement(): WorkerProcess {
    const worker = start(true);
    worker.onMessage(({ type }) => {
      if (type === "serving" && !stopMessage) warn("worker_replaced", { pid: worker.pid });
    });
    return worker;
  }

  const workers = Array.from({ length: config.WORKERS }, () => start(false));
  const places = workers.map(keepPlace);
  const reports = await Promise.all([hashing, ...workers.map(served)])
    .then(([, ...reports]) => reports)
    .catch((error) => {
      stopping.abort();
      killAll();
      port.close();
      throw error;
    });

  return {
    report: reports[0] as StartReport,
    async stop(graceMs = 0) {
      stopMessage = { type: "stop", graceMs };
      stopping.abort();
      for (const worker of running) worker.send(stopMessage);
      const ended = Promise.all(places);
      await atMost(graceMs, ended);
      // new connections are refused as soon as no worker listens
      port.close();
      const killing = setTimeout(killAll, STOP_MS - KILLED_BEFORE_MS);
      await ended;
      clearTimeout(killing);
    },
  };
}

/** Resolves to a worker's start report once it serves. @throws WorkerStartError */
async function served(worker: WorkerProcess): Promise<StartReport> {
  const message = await Promise.race([said(worker), worker.ended]);
  if (!("type" in message)) throw new WorkerStartError("A worker ended before it served", 1);
  if (message.type === "failed") throw new WorkerStartError(message.message, message.status);
  return message.report;
}

type Outcome = Extract<WorkerMessage, { type: "serving" | "failed" }>;

function said(worker: WorkerProcess): Promise<Outcome> {
  return new Promise((resolve) => {
    worker.onMessage((message) => {
      if (message.type === "serving" || message.type === "failed") resolve(message);
    });
  });
}
