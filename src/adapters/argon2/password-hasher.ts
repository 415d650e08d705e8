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

/** Makes a first hash, so that an unusable binary shows at start and not at the first login. */
export async function openArgon2Hasher(cost: Argon2Cost): Promise<PasswordHasher> {
  const options = {
    type: argon2.argon2id,
    memoryCost: cost.memoryKib,
    timeCost: cost.passes,
    parallelism: cost.lanes,
  } as const;
  const header = `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=${cost.lanes}$`;
  const hash = (password: string) => argon2.hash(normalizedPassword(password), options);
  const standIn = await hash(randomBytes(32).toString("hex"));

  return {
    hash,
    async verify(stored, password) {
      // a hash of a kind that nobody knows is nobody's password, and takes as long to find out
      const isOwn = stored?.startsWith("$argon2") ?? false;
      const matches = await argon2.verify(isOwn ? (stored as string) : standIn, normalizedPassword(password));
      return matches && isOwn;
    },
    isOutdated: (stored) => !stored.startsWith(header),
  };
}
