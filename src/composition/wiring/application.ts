import { loadCommonPasswords } from "../../adapters/zxcvbn/common-passwords.ts";
import type { Config } from "../settings/config.ts";
import type { Closers } from "./closers.ts";
import { openHasher } from "./hasher.ts";
import { type Hashing, hashingTitle, startChoosing } from "./hashing.ts";
import type { Log } from "./log.ts";
import { type OpenedMail, openMail } from "./mail.ts";
import type { Metrics } from "./metrics.ts";
import { type Overrides, openResources, type Resources } from "./resources.ts";
import { makeUseCases, type UseCases } from "./use-cases.ts";

/** All use cases and the resources that they use. */
export interface Application {
  readonly resources: Resources;
  readonly useCases: UseCases;
  readonly mail: OpenedMail;
  /** The implementation that hashes passwords. */
  readonly hashing: Hashing;
  /** Reads again which kinds of password hashes are in storage. */
  reloadHashes(): Promise<void>;
}

/** Replacements for parts of an application, and what its process already has. */
export interface ApplicationOptions extends Overrides {
  readonly metrics?: Metrics | undefined;
  /** The chosen implementation, if another process has already chosen it. */
  readonly hashing?: Hashing;
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
  const choosing = chosen ?? startChoosing(config, closers);
  const resources = await openResources(config, closers, log, {
    ...(metrics && { wrap: metrics.measured }),
    ...overrides,
  });
  const hashing = await choosing;
  metrics?.hashing.computedBy(hashingTitle(hashing));
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
