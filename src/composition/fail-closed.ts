import type { Storage } from "../application/ports/storage.ts";
import { AuthError } from "../domain/errors.ts";

/**
 * The storage with every fault of it turned into `storage_unavailable`: whatever keeps it from answering,
 * the answer to the caller is 503 and never a yes.
 */
export function failClosed(storage: Storage): Storage {
  return Object.fromEntries(
    Object.entries(storage).map(([name, part]) => [name, typeof part === "function" ? part : guarded(part)]),
  ) as unknown as Storage;
}

function guarded<T extends object>(port: T): T {
  return new Proxy(port, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        try {
          return await member.apply(target, args);
        } catch (error) {
          if (error instanceof AuthError) throw error;
          throw new AuthError("storage_unavailable", { cause: error, retryAfter: 1 });
        }
      };
    },
  });
}
