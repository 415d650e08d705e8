import { type Argon2Cost, openArgon2Hasher } from "../adapters/argon2/password-hasher.ts";
import { passlibPbkdf2 } from "../adapters/passlib/pbkdf2.ts";
import { type GatedHasher, gateHasher } from "../application/hashing-gate.ts";
import type { SettingsRepository } from "../application/ports/settings.ts";
import { withLegacyHashes } from "../application/with-legacy-hashes.ts";
import { keepCost } from "./argon2-costs.ts";
import type { Config } from "./config.ts";
import { StartError } from "./start-error.ts";

/** Longer than that nobody waits for a login. */
const HASH_DEADLINE_MS = 5_000;
/** The setting in storage that says whether accounts with hashes of the Flask server were brought in. */
export const LEGACY_HASHES = "legacy-hashes";

/**
 * The hasher that the configuration asks for, which knows of the hashes that storage may hold besides.
 * @throws StartError
 */
export async function openHasher(config: Config, settings: SettingsRepository): Promise<GatedHasher> {
  const cost: Argon2Cost = {
    memoryKib: config.ARGON2_MEMORY_KIB,
    passes: config.ARGON2_PASSES,
    lanes: config.ARGON2_LANES,
  };
  const formerCosts = await keepCost(settings, cost, config.ARGON2_FORMER_COSTS);
  const hasher = await openArgon2Hasher(cost, formerCosts).catch((error) => {
    throw new StartError(
      `Passwords cannot be hashed: ${error.message}`,
      "Run `npm ci` again on this machine, or lower the ARGON2 settings if memory is short; ARGON2_FORMER_COSTS=forget spares that of former ones.",
      error,
    );
  });
  const limits = {
    concurrency: config.HASH_CONCURRENCY,
    queue: config.HASH_QUEUE,
    deadlineMs: HASH_DEADLINE_MS,
  };
  const areInStorage = (await settings.claim(LEGACY_HASHES, "none")) !== "none";
  return gateHasher(withLegacyHashes(hasher, passlibPbkdf2, areInStorage), limits, () => performance.now());
}
