import { loadCommonPasswords } from "../../adapters/zxcvbn/common-passwords.ts";
import type { Config } from "../settings/config.ts";
import { type Bindings, bindings } from "./bindings.ts";
import type { Closers } from "./closers.ts";
import { makeContainer } from "./container.ts";
import { openHasher } from "./hasher.ts";
import { type OpenedMail, openMail } from "./mail.ts";
import type { Metrics } from "./metrics.ts";
import { type Foundation, type Log, type Overrides, openFoundation } from "./open.ts";

/** All use cases, and what they stand on. */
export interface Core {
  readonly foundation: Foundation;
  readonly wired: Bindings;
  readonly mail: OpenedMail;
  /** Looks again which kinds of password hashes are in storage. */
  reloadHashes(): Promise<void>;
}

/**
 * Opens what the configuration names and wires the use cases over it; what must be closed again goes to
 * `closers`.
 * @throws ConfigError or StartError
 */
export async function openCore(
  config: Config,
  closers: Closers,
  log: Log,
  { metrics, ...overrides }: Overrides & { readonly metrics?: Metrics | undefined } = {},
): Promise<Core> {
  const foundation = await openFoundation(config, closers, log, {
    ...(metrics && { wrap: metrics.measured }),
    ...overrides,
  });
  const {
    hasher,
    tryHashing,
    reload: reloadHashes,
  } = await openHasher(config, foundation.storage.settings, metrics?.hashing);
  const isCommon = config.PASSWORD_BLOCKLIST ? await loadCommonPasswords() : undefined;
  const opened = await openMail(config, foundation.log, overrides.mailer);
  const mail = metrics ? { ...opened, mailer: metrics.counted(opened.mailer) } : opened;
  closers.push(mail.close);
  const wired = makeContainer(bindings({ config, hasher, tryHashing, isCommon, mail, ...foundation }));
  return { foundation, wired, mail, reloadHashes };
}
