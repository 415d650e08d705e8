import { availableParallelism } from "node:os";
import { emptyStorage, startServer, startService } from "./processes.mjs";

export const CORES = availableParallelism();

/**
 * Measures with a core left for all but hashing, and with hashing on all of them: each time an empty service on LMDB, and
 * beside it a plain server that does nothing but argon2, with as many hashes at once.
 */
export async function atEachConcurrency(measure) {
  for (const atOnce of new Set([Math.max(1, CORES - 1), CORES])) {
    const { env, remove } = emptyStorage("LMDB");
    const service = await startService({ ...env, HASH_CONCURRENCY: String(atOnce) });
    const plain = await startServer("plain-argon2", {}, String(atOnce));
    await measure({ atOnce, service, plain });
    await service.stop();
    await plain.stop();
    await remove();
  }
}
