import { openMailTemplates } from "../../adapters/mustache/mail-templates.ts";
import { type Config, configOf, type Reading, readSettings } from "./config.ts";
import type { EnvFile, Environment } from "./setting-sources.ts";

/**
 * What `readSettings` reads, with the faults that are found only by asking what a setting is for: the driver for the
 * options of `MONGO_URI`, the templates of `MAIL_TEMPLATES`. Connects to nothing.
 */
export async function checkSettings(environment: Environment, envFile: EnvFile | string): Promise<Reading> {
  const reading = readSettings(environment, envFile);
  const found = await Promise.all([driverFaults(reading), templateFaults(reading)]);
  return { ...reading, faults: [...reading.faults, ...found.flat()] };
}

/** The configuration of a command. @throws ConfigError with all faults that `checkSettings` finds */
export async function checkedConfig(environment: Environment, envFile: EnvFile | string): Promise<Config> {
  return configOf(await checkSettings(environment, envFile));
}

async function driverFaults({ settings: { MONGO_URI }, derived }: Reading): Promise<string[]> {
  if (MONGO_URI === undefined || derived.STORAGE !== "mongodb") return [];
  const { readMongoUri } = await import("../../adapters/mongodb/uri.ts");
  try {
    readMongoUri(MONGO_URI);
    return [];
  } catch (error) {
    return [`MONGO_URI cannot be used: ${(error as Error).message}`];
  }
}

async function templateFaults({ settings: { MAIL_TEMPLATES, APP_NAME } }: Reading): Promise<string[]> {
  if (MAIL_TEMPLATES === undefined) return [];
  return openMailTemplates(MAIL_TEMPLATES, APP_NAME).then(
    () => [],
    (error: Error) => [`MAIL_TEMPLATES cannot be used: ${error.message}`],
  );
}
