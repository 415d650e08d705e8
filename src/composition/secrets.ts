import {
  deriveKey,
  foundSecretKey,
  type KeyPurpose,
  keptSecretKey,
  secretFingerprint,
} from "../adapters/node/secret-key.ts";
import type { SettingsRepository } from "../application/ports/settings.ts";
import { type Config, ConfigError } from "./config.ts";
import { StartError } from "./start-error.ts";

/** The current secret first, then the one before it while it changes. */
export type Secrets = readonly [string, ...string[]];

/** @throws ConfigError where the storage is shared and no secret is configured */
export async function findSecrets(config: Config): Promise<Secrets> {
  const current = config.SECRET_KEY ?? (await embeddedSecret(config));
  return config.SECRET_KEY_PREVIOUS === undefined ? [current] : [current, config.SECRET_KEY_PREVIOUS];
}

/** The same where none is made: `undefined` if there is none yet. */
export async function knownSecrets(config: Config): Promise<Secrets | undefined> {
  const isThere = config.SECRET_KEY !== undefined || (await foundSecretKey(config.DATA_DIR)) !== undefined;
  return isThere ? findSecrets(config) : undefined;
}

async function embeddedSecret(config: Config): Promise<string> {
  if (config.STORAGE === "lmdb") {
    return keptSecretKey(config.DATA_DIR).catch((error) => {
      throw new StartError(
        `The secret in ${config.DATA_DIR} cannot be kept: ${(error as Error).message}`,
        "Check that DATA_DIR is a directory that this user may write, or set SECRET_KEY.",
        error,
      );
    });
  }
  return crypto.randomUUID() + crypto.randomUUID();
}

/** A key of each secret for one purpose, in the same order. */
export function keysFor(purpose: KeyPurpose, [current, ...previous]: Secrets): [Uint8Array, ...Uint8Array[]] {
  return [deriveKey(current, purpose), ...previous.map((secret) => deriveKey(secret, purpose))];
}

const SECRET_CHECK = "secret-check";

/** Tells the secret that a storage was last used with from others; `undefined` where it was never used. */
export function secretOf(settings: Pick<SettingsRepository, "find">): Promise<string | undefined> {
  return settings.find(SECRET_CHECK);
}

/** Lets a storage be used with another secret from now on, whatever was sealed under the one before. */
export async function adoptSecret(settings: SettingsRepository, [current]: Secrets): Promise<void> {
  const next = secretFingerprint(current);
  const stored = await settings.claim(SECRET_CHECK, next);
  await settings.replace(SECRET_CHECK, stored, next);
}

/** Whether the configured secret, or the one before it, is the one that is told so. */
export function isOneOf(secrets: Secrets, fingerprint: string): boolean {
  return secrets.some((secret) => secretFingerprint(secret) === fingerprint);
}

/**
 * Refuses a secret that is not the one this storage was used with: refresh tokens and signing keys would
 * silently be of no use.
 * @throws ConfigError
 */
export async function checkSecrets(settings: SettingsRepository, secrets: Secrets): Promise<void> {
  const [current, ...previous] = secrets.map(secretFingerprint) as [string, ...string[]];
  const stored = await settings.claim(SECRET_CHECK, current);
  if (stored === current) return;
  if (previous.includes(stored) && (await settings.replace(SECRET_CHECK, stored, current))) return;
  if ((await settings.claim(SECRET_CHECK, current)) === current) return;
  throw new ConfigError([
    "SECRET_KEY is not the one this storage was used with: set that one, or set it as SECRET_KEY_PREVIOUS to change it",
  ]);
}
