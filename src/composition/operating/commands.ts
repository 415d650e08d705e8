import type { ConfigReport } from "../../adapters/cli/config.ts";
import { EXIT_USAGE } from "../../adapters/cli/help.ts";
import type { CliOptions, OperatorUseCases } from "../../adapters/cli/program.ts";
import { explainRefusal } from "../../adapters/cli/refusal.ts";
import { UsageError } from "../../adapters/cli/usage-error.ts";
import type { ImportFlask } from "../../application/flask/import-flask.ts";
import type { Finding } from "../../application/maintenance/finding.ts";
import { AuthError } from "../../domain/errors.ts";
import { IS_WORKER } from "../running/worker-messages.ts";
import { WorkerStartError } from "../running/workers.ts";
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
 * What the command line does. A command loads what it alone needs when it runs, so that no start waits for code of
 * other commands.
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
    const { serveAsWorker } = await import("../running/serve-as-worker.ts");
    return serveAsWorker({ explain, exitStatusOf });
  }
  const { stopOnSignals } = await import("../running/stop-signals.ts");
  await stopOnSignals(start());
}

async function start() {
  const { serve } = await import("../running/serve.ts");
  return serve(await configuration());
}

/** Opens the ring of signing keys for some work and closes it again. */
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

/** Opens all use cases for some work and closes what they use again. */
function withUseCases<T>(work: (useCases: OperatorUseCases) => Promise<T>): Promise<T> {
  return withOpened(withLog(openApplication), ({ useCases }) => work(useCases));
}

/** Opens the old database and what the import writes to for some work, and closes them again. */
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
    "What was brought in so far is kept: run the command again to go on.",
    error,
  );
}

function withLog<O>(open: (config: Config, closers: Closers, log: Log, overrides: Overrides) => Promise<O>) {
  return (config: Config, closers: Closers) =>
    open(config, closers, openCommandLog(config), { open: openStorageOfService });
}

/** A command that is loaded and opened for each request, and closed after it. */
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

/** Takes settings from this file where the environment has none, in this process and in workers of it. */
function useEnvFile(path: string): void {
  process.env[ENV_FILE_VARIABLE] = path;
}

/** What the configuration says, be it fit or not. @throws ConfigError where the file of settings cannot be read */
async function describeConfig(): Promise<ConfigReport> {
  const { describeConfig } = await import("./describe-config.ts");
  return describeConfig(await checkSettings(process.env, readEnvFile(process.env)));
}

/** Looks at what the service needs, one thing after the other. @throws ConfigError */
async function* examine(): AsyncGenerator<Finding> {
  const { examine } = await import("./doctor.ts");
  yield* examine(process.env, readEnvFile(process.env));
}

/** What went wrong, in words for the user of the command. */
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

/** Warnings go first, since they may explain a fault. */
async function configuration(): Promise<Config> {
  const reading = await checkSettings(process.env, readEnvFile(process.env));
  for (const warning of reading.warnings) console.error(`warning: ${warning}`);
  return configOf(reading);
}
