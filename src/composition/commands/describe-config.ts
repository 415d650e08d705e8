import type { ConfigReport, ShownSetting } from "../../adapters/cli/config.ts";
import { describeMongoUri } from "../../adapters/mongodb/uri.ts";
import { ConfigError, type Reading } from "../settings/config.ts";
import { HIDDEN, settingText } from "../settings/setting-text.ts";
import { type Settings, settingsSchema } from "../settings/settings.ts";
import type { StorageDescriptor } from "../storages/descriptor.ts";
import { STORAGES } from "../storages/storages.ts";
import { ringTokens } from "../wiring/access-keys.ts";

/** Every setting in effect, without secrets, and its origin. */
export function describeConfig(reading: Reading): ConfigReport {
  const { faults, warnings } = reading;
  const names = Object.keys(settingsSchema.shape) as (keyof Settings)[];
  return {
    settings: names.map((name) => shown(name, reading)),
    faults,
    warnings,
    fault: faults.length > 0 ? new ConfigError(faults) : undefined,
  };
}

function shown(name: keyof Settings, reading: Reading): ShownSetting {
  const value = reading.settings[name];
  const origin = reading.origins.get(name);
  if (origin !== undefined) return { name, value: settingText(name, value, withoutCredentials), origin };
  if (value !== undefined)
    return { name, value: settingText(name, value, withoutCredentials), origin: "default" };
  return { name, ...(derived(reading)[name] ?? { value: undefined, origin: "not set" }) };
}

/** The hosts and database of a URI; nothing of a URI that the driver refuses. */
function withoutCredentials(uri: string): string {
  try {
    return describeMongoUri(uri);
  } catch {
    return HIDDEN;
  }
}

type Derived = Partial<Record<keyof Settings, Omit<ShownSetting, "name">>>;

/** The origin of the secret if `SECRET_KEY` is not set; `undefined` if it must be set. */
const SECRET_ORIGINS: Record<StorageDescriptor["kind"], string | undefined> = {
  process: "derived: made at each start",
  directory: "derived: secret.key in DATA_DIR",
  server: undefined,
};

/** The derived values of settings that are not set. */
function derived({ settings, derived: { ISSUER, STORAGE, HASH_CONCURRENCY } }: Reading): Derived {
  const ring = ringTokens({ ...settings, ISSUER });
  const storage = STORAGES[STORAGE];
  const secretOrigin = SECRET_ORIGINS[storage.kind];
  return {
    ISSUER: { value: ISSUER, origin: "derived: http://localhost and PORT" },
    STORAGE: {
      value: STORAGE,
      origin: storage.kind === "server" ? `derived: ${storage.setting} is set` : "default",
    },
    HASH_CONCURRENCY: {
      value: String(HASH_CONCURRENCY),
      origin: "derived: cores, and threads that UV_THREADPOOL_SIZE leaves",
    },
    ...(secretOrigin && { SECRET_KEY: { value: HIDDEN, origin: secretOrigin } }),
    ...(settings.JWT_SECRET_KEY === undefined && {
      JWT_ALG: { value: ring.algorithm, origin: "default" },
      JWT_TYP: { value: ring.typ, origin: "default" },
      JWT_AUDIENCE: { value: ring.audience, origin: "derived: ISSUER" },
    }),
  };
}
