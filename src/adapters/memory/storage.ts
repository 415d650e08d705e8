import type { RevocationRepository } from "../../application/ports/revocations.ts";
import type { SessionRepository } from "../../application/ports/sessions.ts";
import type { SettingsRepository } from "../../application/ports/settings.ts";
import type { SigningKeyRepository, StoredSigningKey } from "../../application/ports/signing-keys.ts";
import type { Storage } from "../../application/ports/storage.ts";
import type { UserRepository } from "../../application/ports/users.ts";
import { AuthError } from "../../domain/errors.ts";
import type { Session } from "../../domain/session.ts";
import type { User } from "../../domain/user.ts";

/** Runs work at once, in one step, and rejects when the storage is closed. */
type Step = <T>(work: () => T) => Promise<T>;

/** Opens a storage that forgets all when it is closed: for tests and trying things out, in one process. */
export function openMemoryStorage(): Storage {
  let closed = false;
  const step: Step = async (work) => {
    if (closed) throw new Error("The storage is closed");
    return work();
  };
  return {
    users: memoryUsers(step),
    sessions: memorySessions(step),
    revocations: memoryRevocations(step),
    signingKeys: memorySigningKeys(step),
    settings: memorySettings(step),
    ping: () => step(() => {}),
    close: async () => {
      closed = true;
    },
  };
}

function memoryUsers(step: Step): UserRepository {
  const users = new Map<string, User>();
  const idsByUsername = new Map<string, string>();
  const idsByEmail = new Map<string, string>();

  const copyOf = (id: string | undefined) => (id === undefined ? undefined : structuredClone(users.get(id)));

  return {
    add: (user) =>
      step(() => {
        if (idsByUsername.has(user.username.canonical)) throw new AuthError("username_taken");
        if (idsByEmail.has(user.email.canonical)) throw new AuthError("email_taken");
        addNew(users, user.id, user);
        idsByUsername.set(user.username.canonical, user.id);
        idsByEmail.set(user.email.canonical, user.id);
      }),
    findById: (id) => step(() => copyOf(id)),
    findByUsername: (canonical) => step(() => copyOf(idsByUsername.get(canonical))),
    findByEmail: (canonical) => step(() => copyOf(idsByEmail.get(canonical))),
    replacePasswordHash: (expected, next) =>
      step(() => {
        const user = users.get(expected.id);
        if (user?.epoch !== expected.epoch || user.passwordHash !== expected.passwordHash) return false;
        users.set(user.id, { ...user, passwordHash: next });
        return true;
      }),
  };
}

function memorySessions(step: Step): SessionRepository {
  const sessions = new Map<string, Session>();
  return {
    add: (session) => step(() => addNew(sessions, session.id, session)),
    find: (id) => step(() => structuredClone(sessions.get(id))),
    advance: (id, expectedGeneration, at) =>
      step(() => {
        const session = sessions.get(id);
        if (session?.generation !== expectedGeneration) return undefined;
        const next = {
          ...session,
          generation: expectedGeneration + 1,
          generationStartedAt: at,
          lastUsedAt: at,
        };
        sessions.set(id, structuredClone(next));
        return next;
      }),
  };
}

function memoryRevocations(step: Step): RevocationRepository {
  const ends = new Map<string, number>();
  return {
    add: (key, until) =>
      step(() => void ends.set(key, Math.max(until.getTime(), ends.get(key) ?? -Infinity))),
    hasAny: (keys, now) => step(() => keys.some((key) => now.getTime() < (ends.get(key) ?? -Infinity))),
  };
}

function memorySigningKeys(step: Step): SigningKeyRepository {
  const keys: StoredSigningKey[] = [];
  return {
    add: (key) =>
      step(() => {
        const isTaken = keys.some((old) => old.algorithm === key.algorithm && old.sequence === key.sequence);
        if (!isTaken) keys.push(structuredClone(key));
        return !isTaken;
      }),
    replacePrivateKey: (kid, expected, next) =>
      step(() => {
        const at = keys.findIndex((key) => key.kid === kid && key.sealedPrivateKey === expected);
        const key = keys[at];
        if (key !== undefined) keys[at] = { ...key, sealedPrivateKey: next };
        return key !== undefined;
      }),
    list: () => step(() => structuredClone(keys)),
  };
}

function memorySettings(step: Step): SettingsRepository {
  const values = new Map<string, string>();
  return {
    claim: (name, value) =>
      step(() => {
        const stored = values.get(name) ?? value;
        values.set(name, stored);
        return stored;
      }),
    replace: (name, expected, next) =>
      step(() => {
        if (values.get(name) !== expected) return false;
        values.set(name, next);
        return true;
      }),
  };
}

/** Identifiers are never used twice, so a second use is a fault and not to be papered over. */
function addNew<T>(things: Map<string, T>, id: string, thing: T): void {
  if (things.has(id)) throw new Error("The id is in use");
  things.set(id, structuredClone(thing));
}
