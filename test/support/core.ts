import { openArgon2Hasher } from "../../src/adapters/argon2/password-hasher.ts";
import { sharedSecretKeys } from "../../src/adapters/jose/access-keys.ts";
import { openMemoryStorage } from "../../src/adapters/memory/storage.ts";
import type { SecurityEvent } from "../../src/application/ports/security-events.ts";
import type { Storage } from "../../src/application/ports/storage.ts";
import { type Bindings, bindings } from "../../src/composition/bindings.ts";
import { readConfig } from "../../src/composition/config.ts";
import { makeContainer } from "../../src/composition/container.ts";

export const START = new Date("2026-01-01T00:00:00.000Z");
export const DAY_MS = 86_400_000;

/** A clock that only the test moves. */
export function testClock(time = START) {
  return {
    time,
    now() {
      return new Date(this.time);
    },
    advance(ms: number) {
      this.time = new Date(this.time.getTime() + ms);
    },
  };
}

/** What two cores share that stand for two processes. */
interface Shared {
  readonly storage: Storage;
  readonly clock: ReturnType<typeof testClock>;
}

/**
 * The use cases as they are wired in the service, over memory, with cheap hashing. `replaced` puts other
 * ports in, such as ones that pause.
 */
export async function makeCore(
  replaced: (all: Pick<Bindings, "users" | "sessions" | "revocations">) => Partial<Bindings> = () => ({}),
  env: Record<string, string> = {},
  { storage, clock }: Shared = { storage: openMemoryStorage(), clock: testClock() },
) {
  const reported: SecurityEvent[] = [];
  const hasher = { ...(await openArgon2Hasher({ memoryKib: 64, passes: 1, lanes: 1 })), refuseIfFull() {} };
  const factories = bindings({
    config: readConfig({ STORAGE: "memory", LOGIN_THROTTLE: "off", ...env }),
    secrets: ["a secret that only these tests have, nobody else"],
    storage,
    hasher,
    keys: { accessKeys: sharedSecretKeys("a key that only these tests have, nobody else", undefined) },
    log: { events: { report: (event) => void reported.push(event) } },
  });
  const own = Object.entries({ clock, ...replaced(storage) }).map(([key, value]) => [key, () => value]);
  const core = makeContainer<Bindings>({ ...factories, ...Object.fromEntries(own) });
  return { ...core, core, clock, storage, reported };
}

export const client = { userAgent: "test", ip: "127.0.0.1" };
export const ada = { username: "Ada", email: "Ada@Example.com", password: "correct horse", client };

/** Waits for the refusal and resolves to its code. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "none",
    (error) => error.code ?? error,
  );
}
