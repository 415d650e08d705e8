import type { Argon2Cost } from "../../adapters/argon2/driver.ts";
import { openArgon2Hasher } from "../../adapters/argon2/password-hasher.ts";
import { passlibHashes, USUAL_ROUNDS } from "../../adapters/passlib/pbkdf2.ts";
import { flaskRounds } from "../../application/flask/flask-rounds.ts";
import { type FlaskHashState, withFlaskHashes } from "../../application/flask/with-flask-hashes.ts";
import { type GatedHasher, gateHasher } from "../../application/limits/hashing-gate.ts";
import type { HashingObserver } from "../../application/ports/hashing-observer.ts";
import type { PasswordHasher } from "../../application/ports/password-hasher.ts";
import type { StoredValues } from "../../application/ports/storage/stored-values.ts";
import type { Config } from "../settings/config.ts";
import { keepCost } from "./argon2-costs.ts";
import { type DriverChoice, loadDriver } from "./argon2-driver.ts";
import { StartError } from "./start-error.ts";

/** How long a login may wait for its hash. */
const HASH_DEADLINE_MS = 5_000;

export interface OpenedHasher {
  readonly hasher: GatedHasher;
  /** Computes one hash immediately, bypassing the queue. @throws Error if hashing fails */
  tryHashing(): Promise<void>;
  /** Reads again which kinds of hashes are in storage. */
  reload(): Promise<void>;
}

/**
 * Opens the configured hasher, which also verifies the other kinds of hashes that storage may hold.
 * @throws StartError
 */
export async function openHasher(
  config: Config,
  hashing: DriverChoice,
  storedValues: StoredValues,
  observer?: HashingObserver,
): Promise<OpenedHasher> {
  const cost = hashCost(config);
  const formerCosts = await keepCost(storedValues, cost, config.ARGON2_FORMER_COSTS);
  const hasher = await openCurrentHasher(config, hashing, formerCosts);
  const limits = {
    concurrency: config.HASH_CONCURRENCY,
    queue: config.HASH_QUEUE,
    deadlineMs: HASH_DEADLINE_MS,
  };
  let flask = await flaskHashState(storedValues);
  const whole = withFlaskHashes(hasher, () => flask);
  return {
    hasher: gateHasher(whole, limits, () => performance.now(), observer),
    async tryHashing() {
      await hasher.hash("");
    },
    async reload() {
      flask = await flaskHashState(storedValues);
    },
  };
}

async function flaskHashState(storedValues: StoredValues): Promise<FlaskHashState> {
  const rounds = await flaskRounds(storedValues);
  return { hashes: passlibHashes(Math.max(USUAL_ROUNDS, rounds)), areInStorage: rounds > 0 };
}

/** Opens the hasher for new hashes, at the configured cost. @throws StartError */
export async function openCurrentHasher(
  config: Config,
  hashing: DriverChoice,
  formerCosts: readonly Argon2Cost[] = [],
): Promise<PasswordHasher> {
  try {
    return await openArgon2Hasher(await loadDriver(hashing), hashCost(config), formerCosts);
  } catch (error) {
    throw new StartError(
      `Passwords cannot be hashed: ${(error as Error).message}`,
      "Run `npm ci` again on this machine, or lower the ARGON2 settings if memory is short; ARGON2_FORMER_COSTS=forget spares that of former ones.",
      error,
    );
  }
}

export function hashCost(config: Config): Argon2Cost {
  return {
    memoryKib: config.ARGON2_MEMORY_KIB,
    passes: config.ARGON2_PASSES,
    lanes: config.ARGON2_LANES,
  };
}
