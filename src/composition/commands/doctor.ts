import { systemClock } from "../../adapters/node/platform.ts";
import { examineClock, type ServerClock } from "../../application/maintenance/examine-clock.ts";
import { examineAtomicity, examineOutbox } from "../../application/maintenance/examine-storage.ts";
import type { Finding, Found } from "../../application/maintenance/finding.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";
import { checkedConfig } from "../settings/check-config.ts";
import type { Config } from "../settings/config.ts";
import type { EnvFile, Environment } from "../settings/setting-sources.ts";
import { locationOf } from "../settings/storage-settings.ts";
import { STORAGES } from "../storages/storages.ts";
import { openAccessKeys } from "../wiring/access-keys.ts";
import { Closers } from "../wiring/closers.ts";
import { checkSecrets, findSecrets, type Secrets } from "../wiring/secrets.ts";
import { assertSettingsOfService } from "../wiring/service-settings.ts";
import { openStorageToExamine } from "../wiring/storage.ts";
import { examined } from "./examination.ts";
import { examineFlaskHashes, examineHashing } from "./examine-hashing.ts";
import { examineDisk, examineStorage } from "./examine-storage.ts";

/**
 * Examines everything that the service needs, one after the other. A failed examination does not end it.
 * @throws ConfigError
 */
export async function* examine(environment: Environment, envFile: EnvFile | string): AsyncGenerator<Finding> {
  const config = await checkedConfig(environment, envFile);
  const closers = new Closers();
  try {
    yield examineConfig(config);
    yield* examineOpened(config, closers);
    yield examined("hash speed", () => examineHashing(config));
  } finally {
    await closers.close();
  }
}

function examineConfig({ warnings }: Config): Finding {
  const name = "configuration";
  if (warnings.length === 0) return { name, status: "ok", found: "no fault" };
  return { name, status: "warning", found: warnings.join("; ") };
}

/** The examinations that need an open storage. */
async function* examineOpened(config: Config, closers: Closers): AsyncGenerator<Finding> {
  let storage: Storage | undefined;
  yield await examined("storage", async () => {
    const opened = await openStorageToExamine(config);
    closers.push(() => opened.storage.close());
    storage = opened.storage;
    return examineStorage(storage, opened.description);
  });
  if (storage === undefined) return;
  const open = storage;
  yield examined("atomicity", () => examineAtomicity(open, () => crypto.randomUUID()));
  yield* examineByKind(config);
  let secrets: Secrets | undefined;
  yield await examined("secret", async () => {
    secrets = await findSecrets(config, open.storedValues);
    return examineSecret(config, secrets, open);
  });
  yield examined("settings", async () => {
    await assertSettingsOfService(open.storedValues, config);
    return { status: "ok", found: "those that the service on this store runs with, or none has run yet" };
  });
  if (secrets) {
    const known = secrets;
    yield examined("signing keys", () => examineKeys(config, known, open));
  }
  yield examined("clock", () =>
    examineClock({ ...open, clock: systemClock, serverClock: serverClockOf(config) }),
  );
  yield examined("mail", () => examineOutbox(open, systemClock.now()));
  yield examined("legacy hashes", () => examineFlaskHashes(open));
}

/** The clock of the configured server, if there is one. */
function serverClockOf(config: Config): ServerClock | undefined {
  const storage = STORAGES[config.STORAGE];
  if (storage.kind !== "server") return undefined;
  const { title } = storage;
  return { title, ahead: () => storage.clockAhead(locationOf(storage, config), systemClock) };
}

/** The examinations for a storage in files, or for one on a server. */
async function* examineByKind(config: Config): AsyncGenerator<Finding> {
  const storage = STORAGES[config.STORAGE];
  switch (storage.kind) {
    case "process":
      return;
    case "directory":
      return yield examined("disk", () => examineDisk(config.DATA_DIR, storage.files[0]));
    case "server":
      return yield { ...storage.prepared, status: "ok" };
  }
}

async function examineSecret(config: Config, secrets: Secrets, { storedValues }: Storage): Promise<Found> {
  await checkSecrets(storedValues, secrets);
  const which = config.SECRET_KEY === undefined ? "the service's own" : "SECRET_KEY";
  const advice =
    config.SECRET_KEY_PREVIOUS === undefined
      ? undefined
      : "Remove SECRET_KEY_PREVIOUS once REFRESH_TOKEN_TTL has passed since the change.";
  return { status: "ok", found: `${which}, the one that this storage was used with`, advice };
}

async function examineKeys(config: Config, secrets: Secrets, storage: Storage): Promise<Found> {
  const { description, ring } = await openAccessKeys(config, secrets, storage, { report: () => {} });
  if (ring === undefined) return { status: "ok", found: description };
  const keys = await ring.listKeys();
  const signing = keys.find(({ state }) => state === "signing");
  const next = keys.find(({ state }) => state === "next");
  const found = `${description}; ${keys.length} in the ring, signing since ${signing?.activeAt.toISOString()}`;
  if (next) return { status: "ok", found: `${found}, the next from ${next.activeAt.toISOString()}` };
  if (config.KEY_ROTATION === undefined) {
    return {
      status: "ok",
      found,
      advice: "Keys are not rotated automatically; KEY_ROTATION=90d would do so.",
    };
  }
  const due = new Date((signing?.activeAt.getTime() ?? 0) + config.KEY_ROTATION);
  return { status: "ok", found: `${found}, the next from about ${due.toISOString()}` };
}
