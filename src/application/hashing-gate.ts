import { AuthError } from "../domain/errors.ts";
import type { PasswordHasher } from "./ports/password-hasher.ts";

export interface GateLimits {
  /** Hashes made at once. */
  readonly concurrency: number;
  /** Hashes that may wait; one more is refused. */
  readonly queue: number;
}

/**
 * Lets a bounded number of hashes run and a bounded number wait. Hashing shares a few threads with token
 * checks and storage: without a gate a flood of logins starves them all.
 */
export function gateHasher(hasher: PasswordHasher, limits: GateLimits): PasswordHasher {
  const enter = makeGate(limits);
  return {
    hash: (password) => enter(() => hasher.hash(password)),
    verify: (hash, password) => enter(() => hasher.verify(hash, password)),
    isOutdated: (hash) => hasher.isOutdated(hash),
  };
}

function makeGate({ concurrency, queue }: GateLimits) {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async function enter<T>(job: () => Promise<T>): Promise<T> {
    if (running < concurrency) running += 1;
    else if (waiting.length < queue) await new Promise<void>((resolve) => waiting.push(resolve));
    else throw new AuthError("overloaded", { retryAfter: 1 });
    try {
      return await job();
    } finally {
      // the place is handed over, not freed, so that nobody can slip in between
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
