import { randomBytes } from "node:crypto";
import argon2 from "argon2";
import type { PasswordHasher } from "../../application/ports/password-hasher.ts";
import { normalizedPassword } from "../../domain/password.ts";

/** The cost of one argon2id hash (RFC 9106). */
export interface Argon2Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** A hash made by the service at any cost: kind and cost, salt, checksum. */
const FORMAT =
  /^(\$argon2id\$v=19\$m=[1-9]\d{0,6},t=[1-9]\d{0,3},p=[1-9]\d?\$)[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{43}$/;

/**
 * Opens a hasher at `cost`. Every verification also does the work of all `formerCosts`, so that its time does
 * not reveal accounts that have not logged in since the cost was changed. It computes the first hashes here, so
 * that an unusable binary fails at start and not at the first login.
 */
export async function openArgon2Hasher(
  cost: Argon2Cost,
  formerCosts: readonly Argon2Cost[] = [],
): Promise<PasswordHasher> {
  const ownHeader = headerOf(cost);
  const standIns = new Map<string, string>();
  for (const each of [cost, ...formerCosts]) {
    standIns.set(headerOf(each), await argon2.hash(randomBytes(32), optionsOf(each)));
  }
  return {
    hash: (password) => argon2.hash(normalizedPassword(password), optionsOf(cost)),
    async verify(stored = "", password) {
      // a hash of an unknown kind matches no password, and the check takes the same time
      const header = FORMAT.exec(stored)?.[1];
      const checks = header === undefined ? standIns : new Map(standIns).set(header, stored);
      let matches = false;
      for (const [kind, hash] of checks) {
        const isMatch = await argon2.verify(hash, normalizedPassword(password));
        if (kind === header) matches = isMatch;
      }
      return matches;
    },
    isOutdated: (stored) => !stored.startsWith(ownHeader),
  };
}

function headerOf({ memoryKib, passes, lanes }: Argon2Cost): string {
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$`;
}

function optionsOf({ memoryKib, passes, lanes }: Argon2Cost) {
  return { type: argon2.argon2id, memoryCost: memoryKib, timeCost: passes, parallelism: lanes } as const;
}
