import type { PasswordHasher } from "../ports/password-hasher.ts";
import type { FlaskHashes } from "./flask-hashes.ts";

/** The current state of the Flask server's hashes, which an import may add while the service runs. */
export interface FlaskHashState {
  readonly hashes: FlaskHashes;
  readonly areInStorage: boolean;
}

/**
 * Also verifies hashes of the Flask server, which count as outdated and are renewed at the next login. If storage may have
 * such hashes, every check does the work of both kinds, so that its time does not reveal whether an account has
 * an old hash, a new one, or does not exist.
 */
export function withFlaskHashes(current: PasswordHasher, state: () => FlaskHashState): PasswordHasher {
  return {
    hash: current.hash,
    isOutdated: current.isOutdated,
    async verify(hash, password) {
      const { hashes: flask, areInStorage } = state();
      const isFlask = hash !== undefined && flask.accepts(hash);
      const matchesCurrent = await current.verify(isFlask ? undefined : hash, password);
      if (!isFlask && !areInStorage) return matchesCurrent;
      const matchesFlask = await flask.verify(isFlask ? hash : flask.standIn, password);
      return isFlask ? matchesFlask : matchesCurrent;
    },
  };
}
