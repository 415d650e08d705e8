import { setTimeout as sleep } from "node:timers/promises";
import { AuthError } from "../../domain/errors.ts";
import { wrapCalls } from "./wrap-ports.ts";

/** Their sum is longer than a failover takes. */
const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000, 16_000];

/**
 * Wraps a port so that calls are retried for about half a minute while the storage does not answer. For long
 * work that no client waits for, and only for idempotent calls.
 */
export function withRetry<T extends object>(port: T, waitsMs: readonly number[] = WAITS_MS): T {
  return wrapCalls(port, async (call) => {
    for (const waitMs of waitsMs) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof AuthError) || error.code !== "storage_unavailable") throw error;
        await sleep(waitMs);
      }
    }
    return call();
  });
}
