import type { Backup, Restore } from "../../adapters/cli/backup.ts";
import type { ConfigReport } from "../../adapters/cli/config.ts";
import type { Finding } from "../../adapters/cli/doctor.ts";
import { EXIT_USAGE } from "../../adapters/cli/help.ts";
import type { OperatorUseCases } from "../../adapters/cli/program.ts";
import { explainRefusal } from "../../adapters/cli/refusal.ts";
import type { ExportJson, ImportJson } from "../../adapters/cli/transfer.ts";
import { UsageError } from "../../adapters/cli/usage-error.ts";
import type { ImportFlask } from "../../application/flask/import-flask.ts";
import { AuthError } from "../../domain/errors.ts";
import { IS_WORKER } from "../running/worker-messages.ts";
import { WorkerStartError } from "../running/workers.ts";
import { checkSettings } from "../settings/check-config.ts";
import { type Config, ConfigError, configOf, EXIT_CONFIG } from "../settings/config.ts";
import { ENV_FILE_VARIABLE, readEnvFile } from "../settings/env-file.ts";
import type { RingUseCases } from "../wiring/access-keys.ts";
import { Closers } from "../wiring/closers.ts";
import { openCore } from "../wiring/core.ts";
import { type Log, type Overrides, openCommandLog, openFoundation } from "../wiring/open.ts";
import { PACKAGE } from "../wiring/package.ts";
import { openStorageOfService } from "../wiring/service-settings.ts";
import { StartError } from "../wiring/start-error.ts";
import type { FlaskImportOptions } from "./flask-import.ts";

/** What the command line does. A command loads what it alone needs once it runs: no start waits for the others'. */

/** Runs the service until SIGTERM or SIGINT. */
export async function serve(): Promise<void> {
  if (process.env[IS_WORKER] === undefined) {
    const { stopOnSignals } = await import("../running/stop-signals.ts");
    await stopOnSignals(start());
    return;
  }
  const { serveAsWorker } = await import("../running/serve-as-worker.ts");
  return serveAsWorker({ explain, exitStatusOf });
}

async function start() {
  const { serve } = await import("../running/serve.ts");
  return serve(await configuration());
}

/** Opens the ring of signing keys for some work and closes it again. */
export function withKeys<T>(work: (useCases: RingUseCases) => Promise<T>): Promise<T> {
  const noRing = () => new ConfigError(["JWT_SECRET_KEY signs all access tokens: there is no ring of keys"]);
  const open = withLog(openFoundation);
  return withOpened(
    (config, closers) => {
      if (config.JWT_SECRET_KEY !== undefined) throw noRing();
      return open(config, closers);
    },
    ({ keys: { ring } }) => work(ring as RingUseCases),
  );
}

/** Opens all use cases for some work and closes what is behind them again. */
export function withUseCases<T>(work: (useCases: OperatorUseCases) => Promise<T>): Promise<T> {
  return withOpened(withLog(openCore), ({ wired }) => work(wired));
}

/** Exports the storage that the configuration names. */
export const exportJson: ExportJson = opening(async () => (await import("./transfer.ts")).openTransferOut);

/** Imports into the storage that the configuration names. */
export const importJson: ImportJson = opening(async () => (await import("./transfer.ts")).openTransferIn);

/** Copies the embedded store that the configuration names. */
export const backup: Backup = opening(async () => (await import("./backup.ts")).openBackup);

/** Restores the embedded store that the configuration names. */
export const restore: Restore = opening(async () => (await import("./restore.ts")).openRestore);

/** Opens the old database and what the import writes to for some work, and closes them again. */
export async function withFlaskImport<T>(
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
export function useEnvFile(path: string): void {
  process.env[ENV_FILE_VARIABLE] = path;
}

/** What the configuration says, be it fit or not. @throws ConfigError where the file of settings cannot be read */
export async function shownConfig(): Promise<ConfigReport> {
  const { describeConfig } = await import("./describe-config.ts");
  return describeConfig(await checkSettings(process.env, readEnvFile(process.env)));
}

/** Looks at what the service needs, one thing after the other. @throws ConfigError */
export async function* doctor(): AsyncGenerator<Finding> {
  const { examine } = await import("./doctor.ts");
  yield* examine(process.env, readEnvFile(process.env));
}

/** The version of the package. */
export const version = PACKAGE.version;

/** What went wrong, in words for whoever typed the command. */
export function explain(error: unknown): unknown {
  if (error instanceof AuthError) return explainRefusal(error);
  const isExplained = [ConfigError, StartError, UsageError, WorkerStartError].some(
    (kind) => error instanceof kind,
  );
  return isExplained ? (error as Error).message : error;
}

export function exitStatusOf(error: unknown): number {
  if (error instanceof ConfigError) return EXIT_CONFIG;
  if (error instanceof WorkerStartError) return error.status;
  return error instanceof UsageError ? EXIT_USAGE : 1;
}

/** What may explain a fault is told before it. */
async function configuration(): Promise<Config> {
  const reading = await checkSettings(process.env, readEnvFile(process.env));
  for (const warning of reading.warnings) console.error(`warning: ${warning}`);
  return configOf(reading);
}
