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

/**
 * The storage with its secrets and signing keys, and the log. The service and the commands are built on these.
 */
export interface Resources {
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly storage: Storage;
  /** A description of the storage for people. */
  readonly storageDescription: string;
  /** Resolves to the fault if this process can no longer use the storage. */
  readonly storageFailure: Promise<Error>;
  readonly keys: OpenedKeys;
  readonly log: Log;
}

/** Replacements for parts of an ordinary service. */
export interface Overrides {
  /** Opens the storage. By default it is created if there is none. */
  readonly open?: (config: Config) => Promise<ChosenStorage>;
  readonly clock?: Clock;
  /** Wraps the storage before its faults are converted. */
  readonly wrap?: (opened: Storage) => Storage;
  /** Takes the mails in place of `SMTP_URL` or the log. */
  readonly mailer?: Mailer;
}

/**
 * Opens the storage and the keys that the configuration names. Adds to `closers` what must be closed.
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
  const secrets = await findSecrets(config, storage.storedValues);
  await checkSecrets(storage.storedValues, secrets);
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
