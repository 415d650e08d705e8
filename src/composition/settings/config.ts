import { availableParallelism } from "node:os";
import type { StorageName } from "../storages/storages.ts";
import { type EnvFile, type Environment, envFileOf, settingSources } from "./setting-sources.ts";
import { type Settings, settingsSchema } from "./settings.ts";
import { storageFaults, storageOf, storageWarnings } from "./storage-settings.ts";
import { hashesIn, poolSize, poolSizeFor } from "./thread-pool.ts";

/** Exit status for a configuration that cannot be used (sysexits.h, EX_CONFIG). */
export const EXIT_CONFIG = 78;

/** All faults of a configuration, in words for the operator. Never contains the value of a secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration cannot be used:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
    this.faults = faults;
  }
}

export interface Config extends Settings {
  readonly ISSUER: string;
  readonly STORAGE: StorageName;
  readonly HASH_CONCURRENCY: number;
  readonly WORKERS: number;
  /** The settings file that was looked for, and whether it exists, in words for people. */
  readonly envFile: string;
  /** Settings that work but should be changed. */
  readonly warnings: readonly string[];
}

const MIN_SECRET_BYTES = 32;
const SECRETS = ["SECRET_KEY", "SECRET_KEY_PREVIOUS", "JWT_SECRET_KEY"] as const;

/** All settings that are valid, and the faults of the others. */
export interface Reading {
  readonly settings: Partial<Settings>;
  /** Values that are derived from other settings where they are not set themselves. */
  readonly derived: Pick<Config, "ISSUER" | "STORAGE" | "HASH_CONCURRENCY" | "WORKERS">;
  /** The settings file that was looked for, and whether it exists, in words for people. */
  readonly envFile: string;
  /** The origin of each setting that is given, in words for people. */
  readonly origins: ReadonlyMap<string, string>;
  /** Why the service cannot start with these settings; empty if it can. */
  readonly faults: readonly string[];
  /** Settings that work but should be changed. */
  readonly warnings: readonly string[];
}

/**
 * Reads the configuration from environment variables, and settings that they lack from `envFile` (or from the
 * text of such a file). All settings are checked, so that one error reports every fault.
 * @throws ConfigError
 */
export function readConfig(environment: Environment, envFile: EnvFile | string = ""): Config {
  return configOf(readSettings(environment, envFile));
}

/** @throws ConfigError where there are faults */
export function configOf({ settings, derived, envFile, faults, warnings }: Reading): Config {
  if (faults.length > 0) throw new ConfigError(faults);
  return { ...(settings as Settings), ...derived, envFile, warnings };
}

/** Reads the same settings as `readConfig`, but returns the faults instead of throwing them. */
export function readSettings(environment: Environment, envFile: EnvFile | string = ""): Reading {
  const file = typeof envFile === "string" ? envFileOf(envFile) : envFile;
  const { settings, origins, faults, warnings } = readEach(environment, file);
  const weak = weakSecrets(settings);
  faults.push(...contradictions(settings));
  if (settings.ALLOW_WEAK_SECRETS) warnings.push(...weak.map((fault) => `${fault}: anyone may guess it`));
  else {
    faults.push(
      ...weak.map(
        (fault) => `${fault}: make a longer one, or set ALLOW_WEAK_SECRETS=true while trying things out`,
      ),
    );
  }
  const STORAGE = storageOf(settings);
  warnings.push(...storageWarnings(settings));
  const ISSUER = settings.ISSUER ?? localIssuer(settings);
  if (settings.ISSUER === undefined) warnings.push(...issuerWarnings(settings, ISSUER));
  const WORKERS = workersOf(settings);
  // libuv reads the pool's size from the environment, before any .env file is loaded
  const HASH_CONCURRENCY =
    settings.HASH_CONCURRENCY ?? defaultConcurrency(WORKERS, environment.UV_THREADPOOL_SIZE);
  const derived = { ISSUER, STORAGE, HASH_CONCURRENCY, WORKERS };
  return { settings, derived, envFile: file.description, origins, faults, warnings };
}

/** Reads each setting by itself, so that a fault in one does not hide faults in the others. */
function readEach(environment: Environment, envFile: EnvFile) {
  const origins = new Map<string, string>();
  const settings: Record<string, unknown> = {};
  const { find, faults, warnings } = settingSources(environment, envFile, Object.keys(settingsSchema.shape));
  for (const [name, schema] of Object.entries(settingsSchema.shape)) {
    const given = find(name);
    if (given !== undefined) origins.set(name, given.origin);
    // the source has already reported why it cannot be read
    if (given !== undefined && given.text === undefined) continue;
    const value = schema.safeParse(given?.text);
    if (!value.success) faults.push(...value.error.issues.map((issue) => `${name} ${issue.message}`));
    else if (value.data !== undefined) settings[name] = value.data;
  }
  return { settings: settings as Partial<Settings>, origins, faults, warnings: [...warnings] };
}

function contradictions(settings: Partial<Settings>): string[] {
  const faults: string[] = [];
  const ringOnly = (["JWT_ALG", "JWT_TYP", "KEY_ROTATION"] as const).filter(
    (name) => settings[name] !== undefined,
  );
  if (settings.JWT_SECRET_KEY !== undefined && ringOnly.length > 0) {
    faults.push(`JWT_SECRET_KEY makes HS256 tokens: it goes without ${ringOnly.join(" and ")}`);
  }
  if (settings.ACCEPT_LEGACY_TOKENS_UNTIL !== undefined && settings.JWT_SECRET_KEY === undefined) {
    faults.push("ACCEPT_LEGACY_TOKENS_UNTIL needs the JWT_SECRET_KEY that the Flask server signed with");
  }
  const { SESSION_IDLE_TTL: idle, ACCESS_TOKEN_TTL: access } = settings;
  if (idle !== undefined && access !== undefined && idle <= access) {
    faults.push("SESSION_IDLE_TTL must be longer than ACCESS_TOKEN_TTL: an access token must not outlive it");
  }
  faults.push(...storageFaults(settings, workersOf(settings)));
  if (settings.SMTP_URL !== undefined && settings.MAIL_FROM === undefined) {
    faults.push("SMTP_URL needs MAIL_FROM, the address that mails are from");
  }
  if (settings.REGISTRATION_ANSWER === "same" && settings.SMTP_URL === undefined) {
    faults.push("REGISTRATION_ANSWER=same needs SMTP_URL: without mail nobody could register");
  }
  if (settings.METRICS_PORT !== undefined && settings.METRICS_PORT !== 0) {
    if (settings.METRICS_PORT === settings.PORT) faults.push("METRICS_PORT must be another port than PORT");
  }
  const { ARGON2_MEMORY_KIB: memory = Number.POSITIVE_INFINITY, ARGON2_LANES: lanes = 1 } = settings;
  if (memory < 8 * lanes) faults.push("ARGON2_MEMORY_KIB must be at least 8 for each of ARGON2_LANES");
  return faults;
}

/** The URL at which programs on the same machine reach the service. */
function localIssuer({ PORT }: Partial<Settings>): string {
  return `http://localhost:${PORT || 5000}`;
}

/** Warns where the default issuer cannot be right. */
function issuerWarnings({ HOST, PORT }: Partial<Settings>, issuer: string): string[] {
  if (PORT === 0)
    return [`ISSUER is not set and PORT=0 takes a free port: tokens and metadata name ${issuer}`];
  if (HOST === undefined || isLoopback(HOST)) return [];
  return [`ISSUER is not set: tokens and metadata name ${issuer}, which other machines cannot reach`];
}

const isLoopback = (host: string) => /^(localhost|127\..*|::1)$/.test(host);

function weakSecrets(settings: Partial<Settings>): string[] {
  return SECRETS.filter((name) => {
    const secret = settings[name];
    return secret !== undefined && Buffer.byteLength(secret) < MIN_SECRET_BYTES;
  }).map((name) => `${name} has fewer than ${MIN_SECRET_BYTES} bytes`);
}

function workersOf({ WORKERS = 1 }: Partial<Settings>): number {
  return WORKERS === "auto" ? availableParallelism() : WORKERS;
}

/**
 * A worker's share of the cores. A single process must leave two threads of libuv's pool for storage and
 * tokens; workers are started with a pool that is large enough.
 */
function defaultConcurrency(workers: number, given: string | undefined): number {
  const share = Math.floor(availableParallelism() / workers);
  const threads = workers > 1 && given === undefined ? poolSizeFor(share) : poolSize(given);
  return Math.max(1, Math.min(share, hashesIn(threads)));
}
