import type { Clock } from "../ports/clock.ts";

export interface CheckHealthDeps {
  readonly clock: Clock;
  /** Resolves if the storage answers now. */
  readonly pingStorage: () => Promise<void>;
  /** Computes one hash bypassing the queue, because a full queue is no fault. */
  readonly tryHashing: () => Promise<void>;
  /** Whether there is a key to sign access tokens with. */
  readonly hasSigningKey: (now: Date) => boolean;
}

/** The health of each part that calls need. */
export interface Health {
  readonly storage: boolean;
  readonly hashing: boolean;
  readonly keys: boolean;
}

/** Checks whether the service can do its work. Concurrent probes share one check. */
export type CheckHealth = () => Promise<Health>;

/** How long a successful hash counts, in milliseconds, because hashing occupies a core. */
const HASHING_HOLDS_MS = 30_000;

export function makeCheckHealth(deps: CheckHealthDeps): CheckHealth {
  const storage = shared(deps.pingStorage, 0, deps.clock);
  const hashing = shared(deps.tryHashing, HASHING_HOLDS_MS, deps.clock);
  return async () => {
    const [answers, hashes] = await Promise.all([storage(), hashing()]);
    return { storage: answers, hashing: hashes, keys: deps.hasSigningKey(deps.clock.now()) };
  };
}

/** Whether `attempt` succeeds. Runs one attempt at a time; a success counts for `holdsMs`. */
function shared(attempt: () => Promise<void>, holdsMs: number, clock: Clock): () => Promise<boolean> {
  let running: Promise<boolean> | undefined;
  let goodUntil = new Date(0);
  return () => {
    if (clock.now() < goodUntil) return Promise.resolve(true);
    running ??= attempt()
      .then(
        () => {
          goodUntil = new Date(clock.now().getTime() + holdsMs);
          return true;
        },
        () => false,
      )
      .finally(() => {
        running = undefined;
      });
    return running;
  };
}
