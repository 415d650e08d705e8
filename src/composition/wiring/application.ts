import { loadCommonPasswords } from "../../adapters/zxcvbn/common-passwords.ts";
import type { Config } from "../settings/config.ts";
import { type DriverChoice, packageOf, startChoosingDriver } from "./argon2-driver.ts";
import type { Closers } from "./closers.ts";
import type { Log } from "./log.ts";
import { type OpenedMail, openMail } from "./mail.ts";
import type { Metrics } from "./metrics.ts";
import { openHasher } from "./password-hasher.ts";
import { type Overrides, openResources, type Resources } from "./resources.ts";
import { makeUseCases, type UseCases } from "./use-cases.ts";

/** All use cases and the resources that they use. */
export interface Application {
  readonly resources: Resources;
  readonly useCases: UseCases;
  readonly mail: OpenedMail;
  /** The implementation that hashes passwords. */
  readonly hashing: DriverChoice;
  /** Reads again which kinds of password hashes are in storage. */
  reloadHashes(): Promise<void>;
}

/** Replacements for parts of an application, and what its process already has. */
export interface ApplicationOptions extends Overrides {
  readonly metrics?: Metrics | undefined;
  /** The chosen implementation, if another process has already chosen it. */
  readonly hashing?: DriverChoice;
}

/**
 * Opens the resources that the configuration names and makes the use cases. Adds to `closers` what must be
 * closed.
 * @throws ConfigError or StartError
 */
export async function openApplication(
  config: Config,
  closers: Closers,
  log: Log,
  { metrics, hashing: chosen, ...overrides }: ApplicationOptions = {},
): Promise<Application> {
  const choosing = chosen ?? startChoosingDriver(config, closers);
  const resources = await openResources(config, closers, log, {
    ...(metrics && { wrap: metrics.measured }),
    ...overrides,
  });
  const hashing = await choosing;
  metrics?.hashing.computedBy(packageOf(hashing));
  const { hasher, tryHashing, reload } = await openHasher(
    config,
    hashing,
    resources.storage.storedValues,
    metrics?.hashing,
  );
  const isCommon = config.PASSWORD_BLOCKLIST ? await loadCommonPasswords() : undefined;
  const opened = await openMail(config, resources.log, overrides.mailer);
  const mail = metrics ? { ...opened, mailer: metrics.counted(opened.mailer) } : opened;
  closers.push(mail.close);
  const useCases = makeUseCases({ config, hasher, tryHashing, isCommon, mail, ...resources });
  return { resources, useCases, mail, hashing, reloadHashes: reload };
}
