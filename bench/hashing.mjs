import { availableParallelism } from "node:os";
import { emptyStorage, startServer, startService } from "./processes.mjs";

export const CORES = availableParallelism();

/** The values of PASSWORD_HASHING that name a package; the default chooses the first. */
export const PACKAGES = ["node-rs", "argon2"];

/**
 * Measures with a core left for all but hashing, and with hashing on all of them: each time an empty service on LMDB for
 * each package, and beside it a plain server that does nothing but the default's hashing, with as many hashes at once.
 */
export async function atEachConcurrency(measure) {
  for (const atOnce of new Set([Math.max(1, CORES - 1), CORES])) {
    const services = {};
    for (const name of PACKAGES) {
      const { env, remove } = emptyStorage("LMDB");
      const settings = { HASH_CONCURRENCY: String(atOnce), PASSWORD_HASHING: name };
      services[name] = { ...(await startService({ ...env, ...settings })), remove };
    }
    const [usual] = PACKAGES;
    const plain = await startServer("plain-argon2", {}, String(atOnce), usual);
    await measure({ atOnce, services, service: services[usual], plain });
    await plain.stop();
    for (const { stop, remove } of Object.values(services)) {
      await stop();
      await remove();
    }
  }
}
