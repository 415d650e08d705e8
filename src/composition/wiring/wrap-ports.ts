import type { Storage } from "../../application/ports/storage/storage.ts";

/**
 * Wraps a port: each call goes through `around`, which gets the method's name and may call it any number of
 * times.
 */
export function wrapCalls<T extends object>(
  port: T,
  around: (call: () => Promise<unknown>, name: string) => Promise<unknown>,
): T {
  return new Proxy(port, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => around(() => member.apply(target, args), String(name));
    },
  });
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
