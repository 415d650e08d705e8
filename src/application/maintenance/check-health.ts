import type { Clock } from "../ports/clock.ts";

export interface CheckHealthDeps {
  readonly clock: Clock;
  /** Resolves if the storage answers now. */
  readonly pingStorage: () => Promise<void>;
  /** Makes one hash, past the queue: a full queue is no fault. */
  readonly tryHashing: () => Promise<void>;
  /** Whether there is a key to sign access tokens with. */
  readonly hasSigningKey: (now: Date) => boolean;
}

/** Of each thing that calls need, whether it is there. */
export interface Health {
  readonly storage: boolean;
  readonly hashing: boolean;
  readonly keys: boolean;
}

/** Looks whether the service can do its work. Probes that come together share what is asked. */
export type CheckHealth = () => Promise<Health>;

/** Hashing takes a core: it is tried that seldom, in milliseconds. */
const HASHING_HOLDS_MS = 30_000;

export function makeCheckHealth(deps: CheckHealthDeps): CheckHealth {
  const storage = shared(deps.pingStorage, 0, deps.clock);
  const hashing = shared(deps.tryHashing, HASHING_HOLDS_MS, deps.clock);
  return async () => {
    const [answers, hashes] = await Promise.all([storage(), hashing()]);
    return { storage: answers, hashing: hashes, keys: deps.hasSigningKey(deps.clock.now()) };
  };
}

/** Whether `attempt` succeeds: one at a time, and a success holds for so long. */
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
