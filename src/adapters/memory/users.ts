import type { UserRepository } from "../../application/ports/users.ts";
import { AuthError } from "../../domain/errors.ts";
import type { User } from "../../domain/user.ts";
import { addNew, pageOf, type Step } from "./step.ts";

/** Users by id, and the ids by canonical name and canonical address. */
export function memoryUsers(step: Step): UserRepository {
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
    findIds: (ids) => step(() => new Set(ids.filter((id) => users.has(id)))),
    findByUsername: (canonical) => step(() => copyOf(idsByUsername.get(canonical))),
    findByEmail: (canonical) => step(() => copyOf(idsByEmail.get(canonical))),
    replacePasswordHash: (expected, next) =>
      step(() => {
        const user = users.get(expected.id);
        if (user?.epoch !== expected.epoch || user.passwordHash !== expected.passwordHash) return false;
        users.set(user.id, { ...user, passwordHash: next });
        return true;
      }),
    advanceEpoch: ({ id, epoch, email }, { keptSession, unlock, ...changes }) =>
      step(() => {
        const user = users.get(id);
        if (user?.epoch !== epoch || user.email.canonical !== email.canonical) return false;
        users.set(id, {
          ...user,
          ...changes,
          epoch: epoch + 1,
          unlocks: user.unlocks + (unlock ? 1 : 0),
          keptSession,
        });
        return true;
      }),
    rename: ({ id, username, email, epoch }, changes) =>
      step(() => {
        const user = users.get(id);
        const isExpected =
          user?.epoch === epoch &&
          user.username.canonical === username.canonical &&
          user.email.canonical === email.canonical;
        if (!isExpected) return false;
        const next = structuredClone({ ...user, ...changes });
        const nameOwner = idsByUsername.get(next.username.canonical) ?? id;
        if (nameOwner !== id) throw new AuthError("username_taken");
        const emailOwner = idsByEmail.get(next.email.canonical) ?? id;
        if (emailOwner !== id) throw new AuthError("email_taken");
        idsByUsername.delete(username.canonical);
        idsByEmail.delete(email.canonical);
        idsByUsername.set(next.username.canonical, id);
        idsByEmail.set(next.email.canonical, id);
        users.set(id, next);
        return true;
      }),
    list: (after, limit) => step(() => pageOf(users, after, limit).map(([, user]) => structuredClone(user))),
    unlock: (id) =>
      step(() => {
        const user = users.get(id);
        if (user === undefined) return false;
        users.set(id, { ...user, unlocks: user.unlocks + 1 });
        return true;
      }),
    remove: (id, expectedEpoch) =>
      step(() => {
        const user = users.get(id);
        if (user?.epoch !== expectedEpoch) return false;
        users.delete(id);
        idsByUsername.delete(user.username.canonical);
        idsByEmail.delete(user.email.canonical);
        return true;
      }),
  };
}
