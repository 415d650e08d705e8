import type { Storage } from "../../application/ports/storage/storage.ts";

/** The same port, each call of which is made by `around`, as often as that likes; `name` is the call's. */
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

/** The same storage with each port of it replaced; what it can do as a whole stays. */
export function wrapPorts(storage: Storage, replace: (port: object, name: string) => object): Storage {
  // entries have no types of their own
  return Object.fromEntries(
    Object.entries(storage).map(([name, part]) => [
      name,
      typeof part === "function" ? part : replace(part, name),
    ]),
  ) as unknown as Storage;
}
