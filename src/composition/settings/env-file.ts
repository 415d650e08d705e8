import { resolve } from "node:path";
import { ConfigError } from "./config.ts";
import type { EnvFile, Environment } from "./setting-sources.ts";
import { readTextFile } from "./text-file.ts";

/** The variable that names the settings file; the option `--env-file` sets it. */
export const ENV_FILE_VARIABLE = "CONNECT_AUTH_ENV_FILE";

/**
 * Reads the file that `CONNECT_AUTH_ENV_FILE` names, or else `.env` if it exists. Paths are relative to
 * `directory`.
 * @throws ConfigError if a named file is missing, or a file cannot be read as text
 */
export function readEnvFile(environment: Environment, directory = process.cwd()): EnvFile {
  const named = environment[ENV_FILE_VARIABLE];
  const name = named || ".env";
  const path = resolve(directory, name);
  const file = readTextFile(path);
  if ("text" in file) return { name, text: file.text, description: path };
  if (!named && file.code === "ENOENT") return { name, text: "", description: `${path} (not there)` };
  const because = named ? ` (named by --env-file or ${ENV_FILE_VARIABLE})` : "";
  throw new ConfigError([`${path}${because} ${file.fault}`]);
}
