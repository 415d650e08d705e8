import { randomBytes } from "node:crypto";
import type { PasswordHasher } from "../../application/ports/password-hasher.ts";
import { normalizedPassword } from "../../domain/password.ts";
import type { Argon2Cost, Argon2Driver } from "./driver.ts";
import { headerIn, headerOf } from "./phc.ts";

/**
 * Opens a hasher at `cost`. Every verification also does the work of all `formerCosts`, so that its time does
 * not reveal accounts that have not logged in since the cost was changed. It computes the first hashes here, so
 * that an unusable binary fails at start and not at the first login.
 */
export async function openArgon2Hasher(
  driver: Argon2Driver,
  cost: Argon2Cost,
  formerCosts: readonly Argon2Cost[] = [],
): Promise<PasswordHasher> {
  const ownHeader = headerOf(cost);
  const standIns = new Map<string, string>();
  for (const each of [cost, ...formerCosts]) {
    standIns.set(headerOf(each), await driver.hash(randomBytes(32), each));
  }
  return {
    hash: (password) => driver.hash(normalizedPassword(password), cost),
    async verify(stored = "", password) {
      // a hash of an unknown kind matches no password, and the check takes the same time
      const header = headerIn(stored);
      const checks = header === undefined ? standIns : new Map(standIns).set(header, stored);
      let matches = false;
      for (const [kind, hash] of checks) {
        const isMatch = await driver.verify(hash, normalizedPassword(password));
        if (kind === header) matches = isMatch;
      }
      return matches;
    },
    isOutdated: (stored) => !stored.startsWith(ownHeader),
  };
}
