import { setTimeout } from "node:timers/promises";
import { makeHttpApp, makeStartingApp } from "../../adapters/koa/app.ts";
import {
  type RecanonicalizedNames,
  recanonicalizeNames,
} from "../../application/users/recanonicalize-names.ts";
import type { Config } from "../settings/config.ts";
import { type Application, type ApplicationOptions, openApplication } from "../wiring/application.ts";
import { packageOf } from "../wiring/argon2-driver.ts";
import { repeatedly } from "../wiring/background.ts";
import { broadcast } from "../wiring/broadcast.ts";
import { Closers } from "../wiring/closers.ts";
import { type Log, openServiceLog } from "../wiring/log.ts";
import { keepDelivering } from "../wiring/mail.ts";
import type { Metrics } from "../wiring/metrics.ts";
import { watchServiceSettings, writeServiceSettings } from "../wiring/service-settings.ts";
import { flaskDataWarnings } from "./flask-data.ts";
import { httpOptions, startHttp } from "./http.ts";
import { startMetricsServer } from "./metrics-server.ts";
import { resealing } from "./resealing.ts";
import type { StartReport } from "./worker-messages.ts";

/** A running service. */
export interface RunningService extends StartReport {
  /** Its metrics as data; `undefined` if it keeps none. */
  readonly snapshot: Metrics["snapshot"] | undefined;
  /** Resolves to the fault if the storage can no longer be used and the service must be restarted. */
  readonly storageFailure: Promise<Error>;
  /**
   * Reports that it is not ready, keeps serving for `graceMs` so that load balancers notice, lets running
   * requests finish, then closes everything in reverse order of opening.
   */
  stop(graceMs?: number): Promise<void>;
}

/**
 * How long running requests may take after the grace. The rest of the ten seconds of a stop is for closing the
 * storage.
 */
const REQUEST_GRACE_MS = 8_000;
/** How often a process reloads the ring, to see keys that other processes added or retired. */
const RING_RELOAD_MS = 5_000;
/** How often a process checks whether an import added old password hashes. */
const HASHES_RELOAD_MS = 5_000;
/** How often a process checks whether another one was started with other settings. */
const SETTINGS_CHECK_MS = 60_000;
/** How often a process checks whether it is its turn to sweep. */
const SWEEP_CHECK_MS = 60_000;

/** Options for a process that is one of several, and for tests. */
export interface StartOptions extends Omit<ApplicationOptions, "metrics"> {
  /** Whether it listens before it is ready to serve. */
  readonly listensEarly?: boolean;
  /** Whether it serves the metrics itself. */
  readonly servesMetrics?: boolean;
  /** The descriptor of a port that is already bound; by default it binds the port of its settings. */
  readonly portFd?: number;
}

/**
 * Listens, opens the configured resources and then serves. Until then it is live but not ready. Without
 * `listensEarly` it listens only when it can serve.
 * @throws ConfigError or StartError
 */
export async function startService(
  config: Config,
  { listensEarly = true, servesMetrics = true, portFd, ...overrides }: StartOptions = {},
): Promise<RunningService> {
  const isMeasured = config.METRICS_PORT !== undefined;
  const metrics = isMeasured ? (await import("../wiring/metrics.ts")).openMetrics() : undefined;
  const log = openMeasuredLog(config, metrics);
  const options = httpOptions(config, log, metrics);
  const early = listensEarly ? await startHttp(config, makeStartingApp(options), portFd) : undefined;
  const closers = new Closers();
  let isStopping = false;
  try {
    const isAsked = metrics && servesMetrics;
    const metricsServer = isAsked ? await startMetricsServer(config, metrics.scrape, log) : undefined;
    if (metricsServer) closers.push(metricsServer.close);
    const application = await openApplication(config, closers, log, { metrics, ...overrides });
    const { resources, useCases, hashing } = application;
    await writeServiceSettings(resources.storage.storedValues, config);
    startHousekeeping(config, application, closers);
    const warnings = [
      ...(hashing.warning === undefined ? [] : [hashing.warning]),
      ...namesWarnings(await recanonicalizeNames(resources.storage)),
      ...(await flaskDataWarnings(config, resources.storage)),
    ];
    const readiness = async () => (isStopping ? ("stopping" as const) : useCases.checkHealth());
    const app = makeHttpApp(useCases, { ...options, readiness });
    early?.serve(app.callback());
    const server = early ?? (await startHttp(config, app, portFd));
    closers.push(() => server.close(REQUEST_GRACE_MS));
    return {
      address: server.address,
      storageDescription: resources.storageDescription,
      keysDescription: resources.keys.description,
      hashingPackage: packageOf(hashing),
      warnings,
      metricsUrl: metricsServer?.address,
      snapshot: metrics?.snapshot,
      storageFailure: resources.storageFailure,
      async stop(graceMs = 0) {
        isStopping = true;
        if (graceMs > 0) await setTimeout(graceMs);
        await closers.close();
      },
    };
  } catch (error) {
    await early?.close(0);
    await closers.close();
    throw error;
  }
}

/** Warns of accounts that an earlier version told apart and whose names now count as the same. */
function namesWarnings({ kept }: RecanonicalizedNames): string[] {
  if (kept === 0) return [];
  return [
    `Accounts whose name looks like another account's: ${kept}. They log in as before, by the name as they spell it. Ask them for another name`,
  ];
}

/** The report of a started service, in a form that can be sent to another process. */
export function reportOf(report: StartReport): StartReport {
  const { address, storageDescription, keysDescription, hashingPackage, warnings, metricsUrl } = report;
  return { address, storageDescription, keysDescription, hashingPackage, warnings, metricsUrl };
}

/** Opens the log. Security events are also counted if there are metrics. */
function openMeasuredLog(config: Config, metrics: Metrics | undefined): Log {
  const log = openServiceLog(config);
  return metrics ? { ...log, events: broadcast(log.events, metrics.events) } : log;
}

function startHousekeeping(
  config: Config,
  { resources: { keys, log, storage }, useCases, mail, reloadHashes }: Application,
  closers: Closers,
): void {
  const { failed } = log.requests;
  const { sweep, deliverMails, resealFactors } = useCases;
  closers.push(repeatedly(SWEEP_CHECK_MS, sweep, failed));
  const compare = watchServiceSettings(storage.storedValues, config, log.notices.warn);
  closers.push(repeatedly(SETTINGS_CHECK_MS, compare, failed));
  closers.push(repeatedly(HASHES_RELOAD_MS, reloadHashes, failed));
  closers.push(keepDelivering(deliverMails, mail, failed));
  if (config.SECRET_KEY_PREVIOUS !== undefined) closers.push(resealing(resealFactors, log));
  const { ring } = keys;
  if (ring) closers.push(repeatedly(Math.min(RING_RELOAD_MS, config.JWKS_MAX_AGE), ring.reload, failed));
}
