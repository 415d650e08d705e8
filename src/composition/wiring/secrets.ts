import {
  deriveKey,
  foundSecretKey,
  type KeyPurpose,
  keptSecretKey,
  secretFingerprint,
} from "../../adapters/node/secret-key.ts";
import type { StoredValues } from "../../application/ports/storage/stored-values.ts";
import { type Config, ConfigError } from "../settings/config.ts";
import { STORAGES } from "../storages/storages.ts";
import { LastingStartError, StartError } from "./start-error.ts";

/** The current secret, followed by the former one while the secret is being changed. */
export type Secrets = readonly [string, ...string[]];

type ReadValues = Pick<StoredValues, "find">;

/**
 * The secrets that the configuration names. A store in files without SECRET_KEY uses the secret in DATA_DIR,
 * which is generated unless the store was used with a secret before.
 * @throws StartError if that file is lost or cannot be used
 */
export async function findSecrets(config: Config, storedValues: ReadValues): Promise<Secrets> {
  return secretsFrom(config, () => secretOfStore(config.DATA_DIR, storedValues));
}

/**
 * The secrets for a directory that holds no store yet. @throws StartError if the secret cannot be written there
 */
export async function firstSecrets(config: Config): Promise<Secrets> {
  return secretsFrom(config, () => keptSecretKey(config.DATA_DIR).catch(notKept(config.DATA_DIR)));
}

/** The secrets as `findSecrets` finds them, but without generating one: `undefined` if there is none yet. */
export async function knownSecrets(config: Config): Promise<Secrets | undefined> {
  const isThere = config.SECRET_KEY !== undefined || (await foundSecretKey(config.DATA_DIR)) !== undefined;
  return isThere ? firstSecrets(config) : undefined;
}

async function secretsFrom(config: Config, besideStore: () => Promise<string>): Promise<Secrets> {
  const { SECRET_KEY, SECRET_KEY_PREVIOUS } = config;
  const current = SECRET_KEY ?? (await ownSecret(config, besideStore));
  return SECRET_KEY_PREVIOUS === undefined ? [current] : [current, SECRET_KEY_PREVIOUS];
}

/** The secret of a service without SECRET_KEY. */
async function ownSecret({ STORAGE }: Config, besideStore: () => Promise<string>): Promise<string> {
  switch (STORAGES[STORAGE].kind) {
    case "process":
      return crypto.randomUUID() + crypto.randomUUID();
    case "directory":
      return besideStore();
    case "server":
      throw new TypeError(`readConfig lets no STORAGE=${STORAGE} pass without SECRET_KEY`);
  }
}

async function secretOfStore(directory: string, storedValues: ReadValues): Promise<string> {
  const found = await foundSecretKey(directory).catch(notKept(directory));
  if (found !== undefined) return found;
  if ((await secretOf(storedValues)) === undefined) return keptSecretKey(directory).catch(notKept(directory));
  // another process that starts at the same time may have generated it: the file is written before the store
  // records it
  const madeMeanwhile = await foundSecretKey(directory).catch(notKept(directory));
  if (madeMeanwhile !== undefined) return madeMeanwhile;
  throw new LastingStartError(
    `secret.key is missing in ${directory}, and the store there needs it: it signed the refresh tokens and encrypts the signing keys.`,
    "Put it back, or set SECRET_KEY to what is in it. If it is lost: connect-auth backup, then connect-auth restore --retire-keys to another DATA_DIR keeps the accounts, and everybody logs in again.",
  );
}

function notKept(directory: string) {
  return (error: Error): never => {
    throw new StartError(
      `The secret in ${directory} cannot be kept: ${error.message}`,
      "Check that DATA_DIR is a directory that this user may write, or set SECRET_KEY.",
      error,
    );
  };
}

/** Derives a key for one purpose from each secret, in the same order. */
export function keysFor(purpose: KeyPurpose, [current, ...previous]: Secrets): [Uint8Array, ...Uint8Array[]] {
  return [deriveKey(current, purpose), ...previous.map((secret) => deriveKey(secret, purpose))];
}

const SECRET_CHECK = "secret-check";

/** The fingerprint of the secret that a storage was last used with; `undefined` if it was never used. */
export function secretOf(storedValues: ReadValues): Promise<string | undefined> {
  return storedValues.find(SECRET_CHECK);
}

/** Records another secret for a storage, whatever was sealed under the former one. */
export async function adoptSecret(storedValues: StoredValues, [current]: Secrets): Promise<void> {
  const next = secretFingerprint(current);
  const stored = await storedValues.claim(SECRET_CHECK, next);
  await storedValues.replace(SECRET_CHECK, stored, next);
}

/** Whether the current or the former secret has this fingerprint. */
export function isOneOf(secrets: Secrets, fingerprint: string): boolean {
  return secrets.some((secret) => secretFingerprint(secret) === fingerprint);
}

/**
 * Refuses a secret other than the one this storage was used with: refresh tokens and signing keys would
 * silently become useless.
 * @throws ConfigError
 */
export async function checkSecrets(storedValues: StoredValues, secrets: Secrets): Promise<void> {
  const [current, ...previous] = secrets.map(secretFingerprint) as [string, ...string[]];
  const stored = await storedValues.claim(SECRET_CHECK, current);
  if (stored === current) return;
  if (previous.includes(stored) && (await storedValues.replace(SECRET_CHECK, stored, current))) return;
  if ((await storedValues.claim(SECRET_CHECK, current)) === current) return;
  throw new ConfigError([
    "SECRET_KEY is not the one this storage was used with: set that one, or set it as SECRET_KEY_PREVIOUS to change it",
  ]);
}
