import { setTimeout as sleep } from "node:timers/promises";
import { AuthError } from "../domain/errors.ts";

/** Together longer than a failover takes. */
const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000, 16_000];

/**
 * A port whose calls are made again where the storage does not answer, for about half a minute: for long work
 * that nobody waits for. Only for calls that can be made twice.
 */
export function patient<T extends object>(port: T, waitsMs: readonly number[] = WAITS_MS): T {
  return new Proxy(port, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        for (const waitMs of waitsMs) {
          try {
            return await member.apply(target, args);
          } catch (error) {
            if (!(error instanceof AuthError) || error.code !== "storage_unavailable") throw error;
            await sleep(waitMs);
          }
        }
        return member.apply(target, args);
      };
    },
  });
}
