import { readFileSync } from "node:fs";
import { AuthError } from "../domain/errors.ts";
import type { RingUseCases } from "./access-keys.ts";
import { Closers } from "./closers.ts";
import { type Config, ConfigError, EXIT_CONFIG, readConfig, readDotEnv } from "./config.ts";
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
export async function withKeys<T>(work: (useCases: RingUseCases) => Promise<T>): Promise<T> {
  // what the work prints is the answer; the log would come between
  const config = { ...configuration(), LOG_LEVEL: "silent" as const };
  const closers = new Closers();
  try {
    const { ring } = (await openFoundation(config, closers)).keys;
    if (!ring) throw new ConfigError(["JWT_SECRET_KEY signs all access tokens: there is no ring of keys"]);
    return await work(ring);
  } finally {
    await closers.close();
  }
}

/** The version of the package. */
export function version(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}

/** What went wrong, in words for whoever typed the command. */
export function explain(error: unknown): unknown {
  const isExplained = [ConfigError, StartError, AuthError].some((kind) => error instanceof kind);
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
