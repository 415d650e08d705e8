import argon2 from "argon2";
import type { Argon2Driver } from "./driver.ts";

/** argon2id by the package `argon2`: the reference implementation in C. */
export const argon2Driver: Argon2Driver = {
  hash: (password, { memoryKib, passes, lanes }) =>
    argon2.hash(password, {
      type: argon2.argon2id,
      memoryCost: memoryKib,
      timeCost: passes,
      parallelism: lanes,
    }),
  verify: (phc, password) => argon2.verify(phc, password),
};
