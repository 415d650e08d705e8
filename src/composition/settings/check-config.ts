import { openMailTemplates } from "../../adapters/mustache/mail-templates.ts";
import { type Config, configOf, type Reading, readSettings } from "./config.ts";
import type { EnvFile, Environment } from "./setting-sources.ts";
import { driverFaults } from "./storage-settings.ts";

/**
 * Reads the settings like `readSettings`, and adds the faults that need more than the text of a setting: the
 * storage's driver checks the URI of its server, and the templates in `MAIL_TEMPLATES` are loaded. Connects to
 * nothing.
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
