import type { StoredValues } from "../../application/ports/storage/stored-values.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import { type Config, ConfigError } from "../settings/config.ts";
import { settingText } from "../settings/setting-text.ts";
import type { Settings } from "../settings/settings.ts";
import { ringTokens } from "./access-keys.ts";
import { type ChosenStorage, openExistingStorage } from "./storage.ts";

/**
 * The settings that a command must share with the service, because what it writes, signs, hashes, mails or
 * accepts depends on them. None is a secret; `secrets.ts` checks `SECRET_KEY`.
 */
const SHARED = [
  "ISSUER",
  "JWT_ALG",
  "JWT_TYP",
  "JWT_AUDIENCE",
  "ACCESS_TOKEN_TTL",
  "REFRESH_TOKEN_TTL",
  "SESSION_IDLE_TTL",
  "JWKS_MAX_AGE",
  "KEY_ROTATION",
  "KEY_PUBLISH_AHEAD",
  "PASSWORD_MIN_LENGTH",
  "PASSWORD_BLOCKLIST",
  "ARGON2_MEMORY_KIB",
  "ARGON2_PASSES",
  "ARGON2_LANES",
  "PASSWORD_RESET_URL",
  "EMAIL_VERIFY_URL",
  "EMAIL_CANCEL_URL",
  "NOTICE_PASSWORD_CHANGED",
  "NOTICE_ACCOUNT_DELETED",
  "NOTICE_SECOND_FACTOR",
] as const satisfies readonly (keyof Settings)[];

/** Each shared setting as text for people. */
export type SharedSettings = Readonly<Record<string, string>>;

/** The stored value that holds the shared settings of the last start. */
const SERVICE_SETTINGS = "service-settings";

export function sharedSettings(config: Config): SharedSettings {
  const { algorithm, typ, audience } = ringTokens(config);
  const tokens =
    config.JWT_SECRET_KEY === undefined
      ? { JWT_ALG: algorithm, JWT_TYP: typ, JWT_AUDIENCE: audience }
      : { JWT_ALG: "HS256", JWT_TYP: undefined, JWT_AUDIENCE: config.JWT_AUDIENCE };
  const textOf = (name: keyof Settings) =>
    (name in tokens ? tokens[name as keyof typeof tokens] : settingText(name, config[name])) ?? "not set";
  return Object.fromEntries(SHARED.map((name) => [name, textOf(name)]));
}

/**
 * The differences between two sets of shared settings, in words for people. A setting that only one version
 * knows is no difference.
 */
export function differences(service: SharedSettings, own: SharedSettings): string[] {
  return Object.keys(own)
    .filter((name) => name in service && service[name] !== own[name])
    .map((name) => `${name} is ${own[name]} here and ${service[name]} in the service`);
}

/** Stores this service's shared settings for commands to compare. The last server that starts wins. */
export async function writeServiceSettings(storedValues: StoredValues, config: Config): Promise<void> {
  const next = JSON.stringify(sharedSettings(config));
  await untilApplied(async () => {
    const stored = await storedValues.claim(SERVICE_SETTINGS, next);
    return stored === next || storedValues.replace(SERVICE_SETTINGS, stored, next);
  });
}

/** The differences between these settings and the service's; none if no service was ever started. */
async function differencesFromService(
  storedValues: Pick<StoredValues, "find">,
  config: Config,
): Promise<string[]> {
  const stored = await storedValues.find(SERVICE_SETTINGS);
  return stored === undefined ? [] : differences(JSON.parse(stored), sharedSettings(config));
}

/** @throws ConfigError that names each setting in which this configuration differs from the service's */
export async function assertSettingsOfService(
  storedValues: Pick<StoredValues, "find">,
  config: Config,
): Promise<void> {
  const found = await differencesFromService(storedValues, config);
  if (found.length === 0) return;
  throw new ConfigError([
    ...found,
    `these settings, from the environment and ${config.envFile}, are not those of the service on this store: take its file by --env-file, or start the service with the new ones first`,
  ]);
}

/** Opens the storage of a service for a command that works with the service's settings. @throws ConfigError or StartError */
export async function openStorageOfService(config: Config): Promise<ChosenStorage> {
  const chosen = await openExistingStorage(config);
  try {
    await assertSettingsOfService(chosen.storage.storedValues, config);
    return chosen;
  } catch (error) {
    await chosen.storage.close();
    throw error;
  }
}

/**
 * Makes the periodic check of a running server whether another server was started on this storage with other
 * settings.
 */
export function watchServiceSettings(
  storedValues: Pick<StoredValues, "find">,
  config: Config,
  warn: (message: string) => void,
): () => Promise<void> {
  let told = "";
  return async () => {
    const found = (await differencesFromService(storedValues, config)).join("; ");
    if (found !== "" && found !== told) {
      warn(`Another server was started on this storage with other settings than this one: ${found}`);
    }
    told = found;
  };
}
