import { argon2Driver } from "../../src/adapters/argon2/argon2-driver.ts";
import { openArgon2Hasher } from "../../src/adapters/argon2/password-hasher.ts";
import { sharedSecretKeys } from "../../src/adapters/jose/access-keys.ts";
import { openMemoryStorage } from "../../src/adapters/memory/storage.ts";
import { openMailTemplates } from "../../src/adapters/mustache/mail-templates.ts";
import { standardOutput } from "../../src/adapters/node/output.ts";
import { logSecurityEvents, openLog } from "../../src/adapters/pino/log.ts";
import type { Mail } from "../../src/application/ports/mailer.ts";
import type { SecurityEvent } from "../../src/application/ports/security-events.ts";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { readConfig } from "../../src/composition/settings/config.ts";
import { makeUseCases, type UseCases } from "../../src/composition/wiring/use-cases.ts";
import { recordSecrets } from "./log-record.ts";

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

/** The parts shared by two cores that stand for two processes. */
interface Shared {
  readonly storage: Storage;
  readonly clock: ReturnType<typeof testClock>;
}

/** A port for passwords or tokens that records all strings passed in and returned. */
function recorded<T extends object>(port: T): T {
  const record = (values: readonly unknown[]) => {
    const texts = values.filter((value) => typeof value === "string");
    recordSecrets(texts.map((text) => ({ kind: "password or token", text })));
  };
  const recordedCall =
    (call: (...args: unknown[]) => unknown) =>
    (...args: unknown[]) => {
      const result = call(...args);
      record(args);
      Promise.resolve(result).then(
        (value) => record([value]),
        () => {},
      );
      return result;
    };
  return Object.fromEntries(Object.entries(port).map(([name, call]) => [name, recordedCall(call)])) as T;
}

/**
 * The use cases as wired in the service, over memory, with cheap hashing. `replaced` returns other ports, such as ones
 * that pause.
 */
export async function makeCore(
  replaced: (
    all: Pick<UseCases, "users" | "sessions" | "revocations" | "oneTimeTokens" | "outbox" | "auditTrail">,
  ) => Partial<UseCases> = () => ({}),
  env: Record<string, string> = {},
  { storage, clock }: Shared = { storage: openMemoryStorage(), clock: testClock() },
) {
  const reported: SecurityEvent[] = [];
  const mails: Mail[] = [];
  const logged = logSecurityEvents(
    openLog({ level: "trace", context: () => ({}), output: standardOutput() }),
  );
  const argon2 = await openArgon2Hasher(argon2Driver, { memoryKib: 64, passes: 1, lanes: 1 });
  const hasher = { ...recorded(argon2), refuseIfFull() {} };
  const options = {
    config: readConfig({ STORAGE: "memory", LOGIN_THROTTLE: "off", LOG_LEVEL: "silent", ...env }),
    secrets: ["a secret that only these tests have, nobody else"] as const,
    storage,
    hasher,
    tryHashing: async () => void (await argon2.hash("")),
    keys: { accessKeys: sharedSecretKeys("a key that only these tests have, nobody else", undefined) },
    mail: {
      mailer: { send: async (mail: Mail) => void mails.push(mail) },
      templates: await openMailTemplates(),
    },
    log: {
      events: {
        report(event: SecurityEvent) {
          reported.push(event);
          logged.report(event);
        },
      },
    },
  };
  const own: Record<string, unknown> = { clock, ...replaced(storage) };
  const core = makeUseCases(options, (name, part) => {
    if (Object.hasOwn(own, name)) return own[name];
    return name === "tokens" ? recorded(part as UseCases["tokens"]) : part;
  });
  return { ...core, core, clock, storage, reported, mails };
}

export const client = { userAgent: "test", ip: "127.0.0.1" };
/** A requester for tests in which it does not matter. */
export const turn = { ip: client.ip };
export const ada = { username: "Ada", email: "Ada@Example.com", password: "correct horse", client };

/** Resolves to the code of the error, or to `none` if there is none. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "none",
    (error) => error.code ?? error,
  );
}
