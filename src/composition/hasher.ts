import { type Argon2Cost, openArgon2Hasher } from "../adapters/argon2/password-hasher.ts";
import { passlibPbkdf2 } from "../adapters/passlib/pbkdf2.ts";
import { type GatedHasher, gateHasher } from "../application/hashing-gate.ts";
import type { PasswordHasher } from "../application/ports/password-hasher.ts";
import type { SettingsRepository } from "../application/ports/settings.ts";
import { withLegacyHashes } from "../application/with-legacy-hashes.ts";
import type { Config } from "./config.ts";
import { StartError } from "./start-error.ts";

/** Longer than that nobody waits for a login. */
const HASH_DEADLINE_MS = 5_000;
/** The setting in storage that says whether accounts with hashes of the Flask server were brought in. */
export const LEGACY_HASHES = "legacy-hashes";

/** The hasher that the configuration asks for, for every kind of hash in this storage. @throws StartError */
export async function openHasher(config: Config, settings: SettingsRepository): Promise<GatedHasher> {
  const hasher = await openCurrentHasher(config);
  const limits = {
    concurrency: config.HASH_CONCURRENCY,
    queue: config.HASH_QUEUE,
    deadlineMs: HASH_DEADLINE_MS,
  };
  const areInStorage = (await settings.claim(LEGACY_HASHES, "none")) !== "none";
  return gateHasher(withLegacyHashes(hasher, passlibPbkdf2, areInStorage), limits, () => performance.now());
}

/** The hasher for new hashes, which costs what the configuration says. @throws StartError */
export async function openCurrentHasher(config: Config): Promise<PasswordHasher> {
  return openArgon2Hasher(hashCost(config)).catch((error) => {
    throw new StartError(
      `Passwords cannot be hashed: ${error.message}`,
      "Run `npm ci` again on this machine, or lower the ARGON2 settings if memory is short.",
      error,
    );
  });
}

export function hashCost(config: Config): Argon2Cost {
  return {
    memoryKib: config.ARGON2_MEMORY_KIB,
    passes: config.ARGON2_PASSES,
    lanes: config.ARGON2_LANES,
  };
}
