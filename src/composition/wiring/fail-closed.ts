import type { Storage } from "../../application/ports/storage/storage.ts";
import { AuthError } from "../../domain/errors.ts";
import { wrapCalls, wrapPorts } from "./wrap-ports.ts";

/**
 * Wraps a storage so that every fault becomes `storage_unavailable`: a storage that cannot answer leads to 503,
 * never to success.
 */
export function failClosed(storage: Storage): Storage {
  return wrapPorts(storage, guarded);
}

function guarded<T extends object>(port: T): T {
  return wrapCalls(port, async (call) => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof AuthError) throw error;
      throw new AuthError("storage_unavailable", { cause: error, retryAfter: 1 });
    }
  });
}
