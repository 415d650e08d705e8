import type { UseCases } from "../../src/composition/wiring/use-cases.ts";

type Ports = Pick<UseCases, "users" | "sessions" | "revocations" | "oneTimeTokens" | "outbox" | "auditTrail">;

/**
 * Storage ports that count their calls and pause before one of them until told to go on. If never told, the effect is
 * that of a process killed there.
 */
export function stepped(ports: Ports, stopBefore = Number.POSITIVE_INFINITY) {
  const { wrap, ...steps } = makeSteps(stopBefore);
  return {
    ports: {
      users: wrap(ports.users),
      sessions: wrap(ports.sessions),
      revocations: wrap(ports.revocations),
      oneTimeTokens: wrap(ports.oneTimeTokens),
      outbox: wrap(ports.outbox),
      auditTrail: wrap(ports.auditTrail),
    },
    ...steps,
  };
}

/** The same for ports of any kind. `wrap` makes a port count and pause. */
export function makeSteps(stopBefore = Number.POSITIVE_INFINITY) {
  let calls = 0;
  const reached = signal();
  const released = signal();

  async function step(): Promise<void> {
    const isHere = calls === stopBefore;
    calls += 1;
    if (!isHere) return;
    reached.give();
    await released.given;
  }

  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get:
        (target, name) =>
        async (...args: unknown[]) => {
          await step();
          return (target as Record<PropertyKey, (...args: unknown[]) => unknown>)[name]?.(...args);
        },
    });

  return {
    wrap,
    /** The number of calls so far. */
    calls: () => calls,
    /** Resolves once the ports pause. */
    reached: reached.given,
    goOn: released.give,
  };
}

function signal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}
