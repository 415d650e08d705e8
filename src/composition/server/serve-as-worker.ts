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

/** Serves as one of several processes until asked to stop. Reports a failed start to the first process. */
export async function serveAsWorker({ explain, exitStatusOf }: Explained): Promise<void> {
  dropFaults(process.stderr);
  const askedToStop = untilAskedToStop();
  const starting = startMessage();
  sendSignsOfLife();
  const { config, hashing, joins } = await starting;
  try {
    const service = await startService(config, {
      hashing,
      listensEarly: !joins,
      servesMetrics: false,
      portFd: PORT_FD,
    });
    await send({ type: "serving", report: reportOf(service) });
    const sendLastMetrics = reportMetrics(service, send);
    const asked = await Promise.race([askedToStop, service.storageFailure]);
    const grace = asked instanceof Error ? 0 : (asked ?? config.SHUTDOWN_GRACE);
    const stopped = asked instanceof Error ? endForStorage(service, asked, config) : service.stop(grace);
    await endAfter(stopped.then(sendLastMetrics), grace + STOP_MS);
  } catch (error) {
    await endAfter(
      send({ type: "failed", message: String(explain(error)), status: exitStatusOf(error) }),
      STOP_MS,
    );
  }
}

/** Resolves once the message was sent or failed. */
function send(message: WorkerMessage): Promise<unknown> {
  return new Promise((sent) => process.send?.(message, sent));
}

/** Sends signs of life while the event loop runs and the first process receives messages. */
async function sendSignsOfLife(): Promise<void> {
  await send({ type: "alive" });
  setTimeout(sendSignsOfLife, ALIVE_EVERY_MS).unref();
}

/** Resolves to the first message, by which the worker starts. */
function startMessage(): Promise<StartMessage> {
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
