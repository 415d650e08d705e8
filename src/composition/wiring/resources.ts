import { systemClock } from "../../adapters/node/platform.ts";
import type { Clock } from "../../application/ports/clock.ts";
import type { Mailer } from "../../application/ports/mailer.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";
import type { Config } from "../settings/config.ts";
import { type OpenedKeys, openAccessKeys } from "./access-keys.ts";
import { startAudit } from "./audit.ts";
import { broadcast } from "./broadcast.ts";
import type { Closers } from "./closers.ts";
import { failClosed } from "./fail-closed.ts";
import type { Log } from "./log.ts";
import { checkSecrets, findSecrets, type Secrets } from "./secrets.ts";
import { type ChosenStorage, openStorage } from "./storage.ts";

/** The storage with its secrets and signing keys, and the log: what the service and the commands are built on. */
export interface Resources {
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly storage: Storage;
  /** What keeps the data, in words for people. */
  readonly storageDescription: string;
  /** Resolves to why, if this process can use the storage no more. */
  readonly storageFailure: Promise<Error>;
  readonly keys: OpenedKeys;
  readonly log: Log;
}

/** What may stand in the place of what a service ordinarily has. */
export interface Overrides {
  /** How the storage is opened; it is made where there is none unless this says otherwise. */
  readonly open?: (config: Config) => Promise<ChosenStorage>;
  readonly clock?: Clock;
  /** Puts something around the storage as it is, faults and all. */
  readonly wrap?: (opened: Storage) => Storage;
  /** Takes the mails that would go to `SMTP_URL`, or to the log. */
  readonly mailer?: Mailer;
}

/**
 * Opens the storage and the keys that the configuration names; what must be closed again goes to `closers`.
 * @throws ConfigError or StartError
 */
export async function openResources(
  config: Config,
  closers: Closers,
  log: Log,
  { open = openStorage, clock = systemClock, wrap = (opened) => opened }: Overrides = {},
): Promise<Resources> {
  const { storage: opened, description, failure } = await open(config);
  closers.push(() => opened.close());
  const storage = failClosed(wrap(opened));
  const secrets = await findSecrets(config, storage.settings);
  await checkSecrets(storage.settings, secrets);
  const audit = startAudit(storage.auditTrail, log.audit, clock);
  closers.push(audit.close);
  const events = broadcast(log.events, audit);
  const keys = await openAccessKeys(config, secrets, storage, events, clock);
  return {
    clock,
    secrets,
    storage,
    storageDescription: description,
    storageFailure: failure,
    keys,
    log: { ...log, events },
  };
}
