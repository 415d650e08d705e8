import type { Argon2Driver } from "../../adapters/argon2/driver.ts";
import { nodeRsFault, type TrialOptions } from "../../adapters/argon2/node-rs-trial.ts";
import type { Config } from "../settings/config.ts";
import type { Closers } from "./closers.ts";
import { StartError } from "./start-error.ts";

/** The implementations of argon2id, by their names in settings. Only the chosen one is loaded. */
const DRIVERS = {
  argon2: {
    title: "argon2",
    load: async () => (await import("../../adapters/argon2/argon2-driver.ts")).argon2Driver,
  },
  "node-rs": {
    title: "@node-rs/argon2",
    load: async () => (await import("../../adapters/argon2/node-rs-driver.ts")).nodeRsDriver,
  },
} as const satisfies Record<string, { title: string; load(): Promise<Argon2Driver> }>;

/** The chosen implementation of argon2id, in a form that can be sent to another process. */
export interface DriverChoice {
  readonly driver: keyof typeof DRIVERS;
  /** Warns that the faster implementation is not used. */
  readonly warning: string | undefined;
}

/**
 * Chooses the implementation that `PASSWORD_HASHING` names; for `auto`, the faster one if a trial in a child
 * process succeeds. @throws StartError if the named one cannot be used
 */
export async function chooseDriver(
  { PASSWORD_HASHING: asked }: Pick<Config, "PASSWORD_HASHING">,
  trial?: TrialOptions,
): Promise<DriverChoice> {
  if (asked === "argon2") return { driver: "argon2", warning: undefined };
  const fault = await nodeRsFault(trial);
  if (fault === undefined) return { driver: "node-rs", warning: undefined };
  if (asked === "auto") {
    const warning = `Passwords are hashed by argon2 and not by the faster @node-rs/argon2: ${fault}. PASSWORD_HASHING=argon2 silences this warning`;
    return { driver: "argon2", warning };
  }
  throw new StartError(
    `Passwords cannot be hashed by @node-rs/argon2: ${fault}`,
    "Run `npm ci` again on this machine, or remove PASSWORD_HASHING=node-rs: argon2 then hashes instead.",
  );
}

/**
 * Starts `chooseDriver` without waiting for it: its trial takes about as long as opening the storage. `closers`
 * end the trial.
 */
export function startChoosingDriver(config: Config, closers: Closers): Promise<DriverChoice> {
  const ending = new AbortController();
  closers.push(async () => ending.abort());
  const choosing = chooseDriver(config, { signal: ending.signal });
  // if the other work fails, nobody awaits this
  choosing.catch(() => {});
  return choosing;
}

/** Loads the chosen implementation. @throws Error if it cannot be loaded */
export function loadDriver({ driver }: DriverChoice): Promise<Argon2Driver> {
  return DRIVERS[driver].load();
}

/** The name of the implementation's package. */
export function packageOf({ driver }: DriverChoice): string {
  return DRIVERS[driver].title;
}
