import type { PasswordHasher } from "../ports/password-hasher.ts";
import type { LegacyHashes } from "./legacy-hashes.ts";

/** What is known of legacy hashes at the moment: an import brings them in while the service runs. */
export interface LegacyState {
  readonly hashes: LegacyHashes;
  readonly areInStorage: boolean;
}

/**
 * Checks legacy hashes as well; at the next login they are outdated, and renewed. Where such hashes are in
 * storage, every check does the work of both kinds: by its time nobody can tell an account that has an old
 * hash, one that has a new one, and none at all.
 */
export function withLegacyHashes(current: PasswordHasher, state: () => LegacyState): PasswordHasher {
  return {
    hash: current.hash,
    isOutdated: current.isOutdated,
    async verify(hash, password) {
      const { hashes: legacy, areInStorage } = state();
      const isLegacy = hash !== undefined && legacy.accepts(hash);
      const matchesCurrent = await current.verify(isLegacy ? undefined : hash, password);
      if (!isLegacy && !areInStorage) return matchesCurrent;
      const matchesLegacy = await legacy.verify(isLegacy ? hash : legacy.standIn, password);
      return isLegacy ? matchesLegacy : matchesCurrent;
    },
  };
}
