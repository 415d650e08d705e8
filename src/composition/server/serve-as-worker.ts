import { dropFaults } from "../../adapters/node/sink.ts";
import { endAfter, endForStorage, STOP_MS } from "./end-process.ts";
import { reportMetrics } from "./report-metrics.ts";
import { reportOf, startService } from "./service.ts";
import { PORT_FD, type StartMessage, type ToWorker, type WorkerMessage } from "./worker-messages.ts";

/** Converts a fault that prevents a start into a message and an exit status. */
export interface Explained {
  explain(error: unknown): unknown;
  exitStatusOf(error: unknown): number;
}

const ALIVE_EVERY_MS = 1_000;

/** Serves as one of several processes until told to stop. Reports a failed start to the first process. */
export async function serveAsWorker({ explain, exitStatusOf }: Explained): Promise<void> {
  dropFaults(process.stderr);
  const askedToStop = untilAskedToStop();
  const told = untilTold();
  sayAlive();
  const { config, hashing, joins } = await told;
  try {
    const service = await startService(config, {
      hashing,
      listensEarly: !joins,
      servesMetrics: false,
      portFd: PORT_FD,
    });
    await tell({ type: "serving", report: reportOf(service) });
    const tellMeasures = reportMetrics(service, tell);
    const asked = await Promise.race([askedToStop, service.storageFailure]);
    const grace = asked instanceof Error ? 0 : (asked ?? config.SHUTDOWN_GRACE);
    const stopped = asked instanceof Error ? endForStorage(service, asked, config) : service.stop(grace);
    await endAfter(stopped.then(tellMeasures), grace + STOP_MS);
  } catch (error) {
    await endAfter(
      tell({ type: "failed", message: String(explain(error)), status: exitStatusOf(error) }),
      STOP_MS,
    );
  }
}

/** Resolves once the message was sent or failed. */
function tell(message: WorkerMessage): Promise<unknown> {
  return new Promise((told) => process.send?.(message, told));
}

/** Sends signs of life while the event loop runs and the first process receives messages. */
async function sayAlive(): Promise<void> {
  await tell({ type: "alive" });
  setTimeout(sayAlive, ALIVE_EVERY_MS).unref();
}

function untilTold(): Promise<StartMessage> {
  return new Promise((resolve) => {
    process.on("message", (message: ToWorker) => {
      if (message.type === "start") resolve(message);
    });
  });
}

/** Resolves to the grace that the stop message asks for, if any. */
function untilAskedToStop(): Promise<number | undefined> {
  return new Promise((resolve) => {
    let isAsked = false;
    const stop = (graceMs?: number) => {
      isAsked = true;
      resolve(graceMs);
    };
    process.on("message", (message: ToWorker) => {
      if (message.type === "stop") stop(message.graceMs);
    });
    process.once("SIGTERM", () => stop());
    // Ctrl-C reaches every process of a terminal; workers wait for the first process's message
    process.on("SIGINT", () => {});
    // the first process is gone: a second signal ended it if it had asked for a stop before
    process.once("disconnect", () => {
      if (isAsked) process.exit();
      stop(0);
    });
  });
}
