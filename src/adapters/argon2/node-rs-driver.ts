import { hash, verify } from "@node-rs/argon2";
import type { Argon2Driver } from "./driver.ts";

/** argon2id by the optional package `@node-rs/argon2`, in Rust. Its default kind is argon2id, version 19. */
export const nodeRsDriver: Argon2Driver = {
  hash: (password, { memoryKib, passes, lanes }) =>
    hash(password, { memoryCost: memoryKib, timeCost: passes, parallelism: lanes }),
  verify: (phc, password) => verify(phc, password),
};
