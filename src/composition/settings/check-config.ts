import { openMailTemplates } from "../../adapters/mustache/mail-templates.ts";
import { type Config, configOf, type Reading, readSettings } from "./config.ts";
import type { EnvFile, Environment } from "./setting-sources.ts";
import { driverFaults } from "./storage-settings.ts";

/**
 * What `readSettings` reads, with the faults that are found only by asking what a setting is for: the driver of
 * the storage for the setting that names its server, the templates of `MAIL_TEMPLATES`. Connects to nothing.
 */
export async function checkSettings(environment: Environment, envFile: EnvFile | string): Promise<Reading> {
  const reading = readSettings(environment, envFile);
  const found = await Promise.all([driverFaults(reading.settings), templateFaults(reading)]);
  return { ...reading, faults: [...reading.faults, ...found.flat()] };
}

/** The configuration of a command. @throws ConfigError with all faults that `checkSettings` finds */
export async function checkedConfig(environment: Environment, envFile: EnvFile | string): Promise<Config> {
  return configOf(await checkSettings(environment, envFile));
}

async function templateFaults({ settings: { MAIL_TEMPLATES, APP_NAME } }: Reading): Promise<string[]> {
  if (MAIL_TEMPLATES === undefined) return [];
  return openMailTemplates(MAIL_TEMPLATES, APP_NAME).then(
    () => [],
    (error: Error) => [`MAIL_TEMPLATES cannot be used: ${error.message}`],
  );
}
