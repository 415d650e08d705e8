import cluster from "node:cluster";
import { standardOutput } from "../adapters/node/output.ts";
import { dropFaults } from "../adapters/node/sink.ts";
import { answerMeasures } from "./answer-measures.ts";
import { Closers } from "./closers.ts";
import { type Config, readConfig, readDotEnv } from "./config.ts";
import { endAfter, endForStorage, STOP_MS } from "./end-process.ts";
import { startMetricsServer } from "./metrics-server.ts";
import { openServiceLog } from "./open.ts";
import { type RunningService, startService } from "./service.ts";
import type { StartReport, ToWorker, WorkerMessage } from "./worker-messages.ts";
import { JOINS, type Started, startWorkers } from "./workers.ts";

/** Ways to tell what keeps the service from starting. */
export interface Explained {
  explain(error: unknown): unknown;
  exitStatusOf(error: unknown): number;
}

/** Runs the service until SIGTERM or SIGINT. @throws ConfigError, StartError or WorkerStartError */
export async function serve(config: Config): Promise<void> {
  dropFaults(process.stderr);
  const { report, stop } = await (config.WORKERS > 1 ? startSeveral(config) : startAlone(config));
  // whoever reads that it listens may stop it at once
  stopOnSignals(stop, config.SHUTDOWN_GRACE);
  for (const warning of report.warnings) console.error(`warning: ${warning}`);
  const lines = [
    `HBTU Connect Auth listens on ${report.address}`,
    `  storage  ${report.storage}`,
    `  tokens   ${report.keys}`,
    `  issuer   ${config.ISSUER}`,
    ...(config.WORKERS > 1 ? [`  workers  ${config.WORKERS}`] : []),
    ...(report.metrics === undefined ? [] : [`  metrics  ${report.metrics}`]),
  ];
  standardOutput().write(`${lines.join("\n")}\n`, lines.length);
}

/** Several processes, and in this one the metrics of all. */
async function startSeveral(config: Config): Promise<Started> {
  const log = openServiceLog(config);
  const closers = new Closers();
  try {
    const hasMetrics = config.METRICS_PORT !== undefined;
    const gather = hasMetrics ? (await import("./worker-metrics.ts")).gatherMetrics() : undefined;
    const metrics = gather && (await startMetricsServer(config, gather, log));
    if (metrics) closers.push(metrics.close);
    const { report, stop } = await startWorkers(config, log.notices);
    return {
      report: { ...report, metrics: metrics?.address },
      async stop(graceMs) {
        await stop(graceMs);
        await closers.close();
      },
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function startAlone(config: Config): Promise<Started> {
  const service = await startService(config);
  void service.storageFailure.then((fault) => endAfter(endForStorage(service, fault, config), STOP_MS));
  return { report: reportOf(service), stop: (graceMs) => service.stop(graceMs) };
}

function reportOf({ address, storage, keys, warnings, metrics }: RunningService): StartReport {
  return { address, storage, keys, warnings, metrics };
}

/** `npm start` may pass on what a terminal has sent to this process as well: that soon, it is the same request. */
const SAME_REQUEST_MS = 1_000;

/**
 * A supervisor's SIGTERM leaves load balancers time to hear of it; who presses Ctrl-C waits for none. A second
 * request ends the process at once.
 */
function stopOnSignals(stop: (graceMs: number) => Promise<void>, graceMs: number): void {
  const handlers = { SIGTERM: () => begin(graceMs), SIGINT: () => begin(0) };
  let isStopping = false;
  const listenNoMore = () => {
    for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
  };
  const begin = (grace: number) => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(listenNoMore, SAME_REQUEST_MS).unref();
    void endAfter(stop(grace), grace + STOP_MS);
  };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
}

/** Whether this process was started by another that shares its port with it. */
export const isWorker = () => cluster.isWorker;

/** Serves as one of several processes, until told to stop. What keeps it from starting is told to the first one. */
export async function serveAsWorker({ explain, exitStatusOf }: Explained): Promise<void> {
  const tell = (message: WorkerMessage) => new Promise((told) => process.send?.(message, told));
  const askedToStop = untilAskedToStop();
  try {
    const config = readConfig(process.env, readDotEnv());
    const service = await startService(config, {
      listensEarly: process.env[JOINS] === undefined,
      servesMetrics: false,
    });
    await tell({ type: "serving", report: reportOf(service) });
    const tellMeasures = answerMeasures(service, tell);
    const asked = await Promise.race([askedToStop, service.storageFailure]);
    const grace = asked instanceof Error ? 0 : (asked ?? config.SHUTDOWN_GRACE);
    const stopped = asked instanceof Error ? endForStorage(service, asked, config) : service.stop(grace);
    await endAfter(stopped.then(tellMeasures), grace + STOP_MS);
  } catch (error) {
    await tell({ type: "failed", message: String(explain(error)), status: exitStatusOf(error) });
    cluster.worker?.removeAllListeners("disconnect");
    if (process.connected) process.disconnect();
  }
}

/** Resolves to the grace that is asked for, if any is. */
function untilAskedToStop(): Promise<number | undefined> {
  return new Promise((resolve) => {
    const { worker } = cluster;
    const stop = (graceMs?: number) => {
      worker?.removeAllListeners("disconnect");
      resolve(graceMs);
    };
    process.on("message", (message: ToWorker) => {
      if (message.type === "stop") stop(message.graceMs);
    });
    process.once("SIGTERM", () => stop());
    // Ctrl-C reaches every process of a terminal; the first one says what to do
    process.on("SIGINT", () => {});
    // the first process is gone: that ends a worker at once, which is right only after a second signal
    worker?.once("disconnect", () => {
      worker.exitedAfterDisconnect = true;
      stop(0);
    });
  });
}
