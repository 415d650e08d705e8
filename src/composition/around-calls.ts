/** The same port, each call of which is made by `around`, as often as that likes. */
export function aroundCalls<T extends object>(
  port: T,
  around: (call: () => Promise<unknown>) => Promise<unknown>,
): T {
  return new Proxy(port, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => around(async () => member.apply(target, args));
    },
  });
}
