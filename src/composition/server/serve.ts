import { standardOutput } from "../../adapters/node/output.ts";
import { dropFaults } from "../../adapters/node/sink.ts";
import type { Config } from "../settings/config.ts";
import { startChoosingDriver } from "../wiring/argon2-driver.ts";
import { Closers } from "../wiring/closers.ts";
import { isReadable, openServiceLog } from "../wiring/log.ts";
import { endAfter, endForStorage, STOP_MS } from "./end-process.ts";
import { startMetricsServer } from "./metrics-server.ts";
import { reportOf, startService } from "./service.ts";
import type { Stoppable } from "./stop-signals.ts";
import { type Started, startWorkers } from "./workers.ts";

/** Starts the service and prints where it listens. @throws StartError or WorkerStartError */
export async function serve(config: Config): Promise<Stoppable> {
  dropFaults(process.stderr);
  const { report, stop } = await (config.WORKERS > 1 ? startSeveral(config) : startSingle(config));
  for (const warning of report.warnings) console.error(`warning: ${warning}`);
  const lines = [
    `HBTU Connect Auth listens on ${report.address}`,
    `  storage  ${report.storageDescription}`,
    `  tokens   ${report.keysDescription}`,
    `  hashing  ${report.hashingPackage}`,
    `  issuer   ${config.ISSUER}`,
    `  try it   ${report.address}/docs`,
    ...(config.WORKERS > 1 ? [`  workers  ${config.WORKERS}`] : []),
    ...(report.metricsUrl === undefined ? [] : [`  metrics  ${report.metricsUrl}`]),
  ];
  standardOutput().write(`${lines.join("\n")}\n`, lines.length);
  return { graceMs: config.SHUTDOWN_GRACE, stop };
}

/** Starts several processes. This one serves the metrics of all and writes their log. */
async function startSeveral(config: Config): Promise<Started> {
  const log = openServiceLog(config);
  const closers = new Closers();
  try {
    const hashing = startChoosingDriver(config, closers);
    const hasMetrics = config.METRICS_PORT !== undefined;
    const measured = hasMetrics ? (await import("./worker-metrics.ts")).gatherMetrics() : undefined;
    const metrics = measured && (await startMetricsServer(config, measured.gather, log));
    if (metrics) closers.push(metrics.close);
    // workers write to a pipe, not to a terminal
    const LOG_FORMAT = isReadable(config) ? "readable" : "json";
    const { report, stop } = await startWorkers({ ...config, LOG_FORMAT }, hashing, {
      warn: log.notices.warn,
      started: (worker) => measured?.watch(worker),
    });
    return {
      report: { ...report, metricsUrl: metrics?.address },
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

async function startSingle(config: Config): Promise<Started> {
  const service = await startService(config);
  void service.storageFailure.then((fault) => endAfter(endForStorage(service, fault, config), STOP_MS));
  return { report: reportOf(service), stop: (graceMs) => service.stop(graceMs) };
}
