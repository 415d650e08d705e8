import type { Storage } from "../../application/ports/storage/storage.ts";

/**
 * Wraps a port: each call goes through `around`, which gets the method's name and may call it any number of
 * times. The methods are wrapped once, here: a proxy would cost at every call.
 */
export function wrapCalls<T extends object>(
  port: T,
  around: (call: () => Promise<unknown>, name: string) => Promise<unknown>,
): T {
  const wrapped = Object.entries(port).map(([name, member]) => [
    name,
    typeof member === "function"
      ? (...args: unknown[]) => around(() => member.apply(port, args), name)
      : member,
  ]);
  // entries have no types of their own
  return Object.fromEntries(wrapped) as T;
}

/** Returns the storage with each of its ports replaced. Its own methods stay. */
export function wrapPorts(storage: Storage, replace: (port: object, name: string) => object): Storage {
  // entries have no types of their own
  return Object.fromEntries(
    Object.entries(storage).map(([name, part]) => [
      name,
      typeof part === "function" ? part : replace(part, name),
    ]),
  ) as unknown as Storage;
}
