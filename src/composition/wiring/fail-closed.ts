import type { Storage } from "../../application/ports/storage/storage.ts";
import { AuthError } from "../../domain/errors.ts";
import { wrapCalls, wrapPorts } from "./wrap-ports.ts";

/**
 * The storage with every fault of it turned into `storage_unavailable`: whatever keeps it from answering,
 * the answer to the caller is 503 and never a yes.
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
