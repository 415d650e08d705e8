import type { PasswordHasher } from "../ports/password-hasher.ts";
import type { LegacyHashes } from "./legacy-hashes.ts";

/** The current state of legacy hashes, which an import may add while the service runs. */
export interface LegacyState {
  readonly hashes: LegacyHashes;
  readonly areInStorage: boolean;
}

/**
 * Also verifies legacy hashes, which count as outdated and are renewed at the next login. If storage may have
 * such hashes, every check does the work of both kinds, so that its time does not reveal whether an account has
 * an old hash, a new one, or does not exist.
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
