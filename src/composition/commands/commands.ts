import type { ConfigReport } from "../../adapters/cli/config.ts";
import { EXIT_USAGE } from "../../adapters/cli/help.ts";
import type { CliOptions, OperatorUseCases } from "../../adapters/cli/program.ts";
import { explainRefusal } from "../../adapters/cli/refusal.ts";
import { UsageError } from "../../adapters/cli/usage-error.ts";
import type { ImportFlask } from "../../application/flask/import-flask.ts";
import type { Finding } from "../../application/maintenance/finding.ts";
import { AuthError } from "../../domain/errors.ts";
import { IS_WORKER } from "../server/worker-messages.ts";
import { WorkerStartError } from "../server/workers.ts";
import { checkSettings } from "../settings/check-config.ts";
import { type Config, ConfigError, configOf, EXIT_CONFIG } from "../settings/config.ts";
import { ENV_FILE_VARIABLE, readEnvFile } from "../settings/env-file.ts";
import type { RingUseCases } from "../wiring/access-keys.ts";
import { openApplication } from "../wiring/application.ts";
import { Closers } from "../wiring/closers.ts";
import { type Log, openCommandLog } from "../wiring/log.ts";
import { PACKAGE } from "../wiring/package.ts";
import { type Overrides, openResources } from "../wiring/resources.ts";
import { openStorageOfService } from "../wiring/service-settings.ts";
import { StartError } from "../wiring/start-error.ts";
import type { FlaskImportOptions } from "./flask-import.ts";

/**
 * The commands of the command line. Each loads its own code when it runs, so that no start waits for the code
 * of other commands.
 */
export const commands: CliOptions = {
  version: PACKAGE.version,
  useEnvFile,
  serve,
  withKeys,
  withUseCases,
  withFlaskImport,
  exportJson: opening(async () => (await import("./transfer.ts")).openTransferOut),
  importJson: opening(async () => (await import("./transfer.ts")).openTransferIn),
  backup: opening(async () => (await import("./backup.ts")).openBackup),
  restore: opening(async () => (await import("./restore.ts")).openRestore),
  describeConfig,
  examine,
};

/** Runs the service until SIGTERM or SIGINT. */
async function serve(): Promise<void> {
  if (process.env[IS_WORKER] !== undefined) {
    const { serveAsWorker } = await import("../server/serve-as-worker.ts");
    return serveAsWorker({ explain, exitStatusOf });
  }
  const { stopOnSignals } = await import("../server/stop-signals.ts");
  await stopOnSignals(start());
}

async function start() {
  const { serve } = await import("../server/serve.ts");
  return serve(await configuration());
}

/** Opens the ring of signing keys for `work` and closes it again. */
function withKeys<T>(work: (useCases: RingUseCases) => Promise<T>): Promise<T> {
  const noRing = () => new ConfigError(["JWT_SECRET_KEY signs all access tokens: there is no ring of keys"]);
  const open = withLog(openResources);
  return withOpened(
    (config, closers) => {
      if (config.JWT_SECRET_KEY !== undefined) throw noRing();
      return open(config, closers);
    },
    ({ keys: { ring } }) => work(ring as RingUseCases),
  );
}

/** Opens all use cases for `work` and closes their resources again. */
function withUseCases<T>(work: (useCases: OperatorUseCases) => Promise<T>): Promise<T> {
  return withOpened(withLog(openApplication), ({ useCases }) => work(useCases));
}

/** Opens the old database and the storage for `work` and closes them again. */
async function withFlaskImport<T>(
  options: FlaskImportOptions,
  work: (importFlask: ImportFlask) => Promise<T>,
): Promise<T> {
  const { openFlaskImport } = await import("./flask-import.ts");
  return withOpened(
    (config, closers) => openFlaskImport(config, closers, options),
    (importFlask) => work(importFlask).catch(stopped),
  );
}

function stopped(error: Error): never {
  throw new StartError(
    `The import stopped: ${error.message}`,
    "Records imported so far are kept: run the command again to continue.",
    error,
  );
}

function withLog<O>(open: (config: Config, closers: Closers, log: Log, overrides: Overrides) => Promise<O>) {
  return (config: Config, closers: Closers) =>
    open(config, closers, openCommandLog(config), { open: openStorageOfService });
}

/** Makes a command that is loaded and opened for each request, and closed after it. */
function opening<R, A>(
  load: () => Promise<(config: Config, closers: Closers) => (request: R) => Promise<A>>,
): (request: R) => Promise<A> {
  return async (request) => withOpened(await load(), (answer) => answer(request));
}

async function withOpened<O, T>(
  open: (config: Config, closers: Closers) => O | Promise<O>,
  work: (opened: O) => Promise<T>,
): Promise<T> {
  const closers = new Closers();
  try {
    return await work(await open(await configuration(), closers));
  } finally {
    await closers.close();
  }
}

/** Reads settings that the environment lacks from this file, in this process and its workers. */
function useEnvFile(path: string): void {
  process.env[ENV_FILE_VARIABLE] = path;
}

/**
 * Describes the configuration, even if it is invalid. @throws ConfigError if the settings file cannot be read
 */
async function describeConfig(): Promise<ConfigReport> {
  const { describeConfig } = await import("./describe-config.ts");
  return describeConfig(await checkSettings(process.env, readEnvFile(process.env)));
}

/** Examines what the service needs, one part after the other. @throws ConfigError */
async function* examine(): AsyncGenerator<Finding> {
  const { examine } = await import("./doctor.ts");
  yield* examine(process.env, readEnvFile(process.env));
}

/** The fault in words for the user of the command. */
export function explain(error: unknown): unknown {
  if (error instanceof AuthError) return explainRefusal(error);
  const isExplained = [ConfigError, StartError, UsageError, WorkerStartError].some(
    (kind) => error instanceof kind,
  );
  return isExplained ? (error as Error).message : error;
}

export function exitStatusOf(error: unknown): number {
  if (error instanceof ConfigError) return EXIT_CONFIG;
  if (error instanceof WorkerStartError || error instanceof StartError) return error.status;
  return error instanceof UsageError ? EXIT_USAGE : 1;
}

/** Reads the configuration and prints its warnings first, since they may explain a fault. */
async function configuration(): Promise<Config> {
  const reading = await checkSettings(process.env, readEnvFile(process.env));
  for (const warning of reading.warnings) console.error(`warning: ${warning}`);
  return configOf(reading);
}
