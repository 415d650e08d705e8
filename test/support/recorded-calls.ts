/** Records the calls of ports, as `port.call`, in the order in which they are made. */
export function recordCalls() {
  const calls: string[] = [];
  const recorded = <T extends object>(name: string, port: T): T =>
    new Proxy(port, {
      get:
        (target, call) =>
        (...args: unknown[]) => {
          calls.push(`${name}.${String(call)}`);
          return (target as Record<PropertyKey, (...args: unknown[]) => unknown>)[call]?.(...args);
        },
    });
  return { calls, recorded };
}
