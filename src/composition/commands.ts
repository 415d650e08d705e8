import { readFileSync } from "node:fs";
import type { ConfigReport } from "../adapters/cli/config.ts";
import type { Finding } from "../adapters/cli/doctor.ts";
import type { OperatorUseCases } from "../adapters/cli/program.ts";
import { explainRefusal } from "../adapters/cli/refusal.ts";
import { AuthError } from "../domain/errors.ts";
import type { RingUseCases } from "./access-keys.ts";
import { Closers } from "./closers.ts";
import { type Config, ConfigError, EXIT_CONFIG, readConfig, readDotEnv } from "./config.ts";
import { openCore } from "./core.ts";
import { describeConfig } from "./describe-config.ts";
import { examine } from "./doctor.ts";
import { openFoundation } from "./open.ts";
import { startService } from "./service.ts";
import { StartError } from "./start-error.ts";

/** What the command line does. */

/** Runs the service until SIGTERM or SIGINT. */
export async function serve(): Promise<void> {
  const config = configuration();
  const service = await startService(config);
  console.log(
    [
      `HBTU Connect Auth listens on ${service.address}`,
      `  storage  ${service.storage}`,
      `  tokens   ${service.keys}`,
      `  issuer   ${config.ISSUER}`,
    ].join("\n"),
  );
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void service.stop());
}

/** Opens the ring of signing keys for some work and closes it again. */
export function withKeys<T>(work: (useCases: RingUseCases) => Promise<T>): Promise<T> {
  return withOpened(openFoundation, ({ keys: { ring } }) => {
    if (!ring) throw new ConfigError(["JWT_SECRET_KEY signs all access tokens: there is no ring of keys"]);
    return work(ring);
  });
}

/** Opens all use cases for some work and closes what is behind them again. */
export function withUseCases<T>(work: (useCases: OperatorUseCases) => Promise<T>): Promise<T> {
  return withOpened(openCore, ({ wired }) => work(wired));
}

async function withOpened<O, T>(
  open: (config: Config, closers: Closers) => Promise<O>,
  work: (opened: O) => Promise<T>,
): Promise<T> {
  // what the work prints is the answer; the log would come between
  const config = { ...configuration(), LOG_LEVEL: "silent" as const };
  const closers = new Closers();
  try {
    return await work(await open(config, closers));
  } finally {
    await closers.close();
  }
}

/** What the configuration says, be it fit or not. @throws ConfigError where `.env` cannot be read */
export function shownConfig(): ConfigReport {
  return describeConfig(process.env, readDotEnv());
}

/** Looks at what the service needs, one thing after the other. @throws ConfigError */
export function doctor(): AsyncIterable<Finding> {
  return examine(process.env, readDotEnv());
}

/** The version of the package. */
export function version(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}

/** What went wrong, in words for whoever typed the command. */
export function explain(error: unknown): unknown {
  if (error instanceof AuthError) return explainRefusal(error);
  const isExplained = [ConfigError, StartError].some((kind) => error instanceof kind);
  return isExplained ? (error as Error).message : error;
}

export function exitStatusOf(error: unknown): number {
  return error instanceof ConfigError ? EXIT_CONFIG : 1;
}

function configuration(): Config {
  const config = readConfig(process.env, readDotEnv());
  for (const warning of config.warnings) console.error(`warning: ${warning}`);
  return config;
}
