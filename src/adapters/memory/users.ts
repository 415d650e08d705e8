import type { UserRepository } from "../../application/ports/storage/users.ts";
import { emailRevision } from "../../domain/email-history.ts";
import { AuthError } from "../../domain/errors.ts";
import { factorsRevision } from "../../domain/factors/factors.ts";
import type { User } from "../../domain/user.ts";
import { addNew, pageOf, type Step } from "./step.ts";

/** Users by id, and the ids by canonical name and canonical address. */
export function memoryUsers(step: Step): UserRepository {
  const users = new Map<string, User>();
  const idsByUsername = new Map<string, string>();
  const idsByEmail = new Map<string, string>();

  const copyOf = (id: string | undefined) => (id === undefined ? undefined : structuredClone(users.get(id)));

  /** Replaces a user. @throws AuthError if another user has the name or the address */
  function replace(user: User, next: User): true {
    const { id } = user;
    if ((idsByUsername.get(next.username.canonical) ?? id) !== id) throw new AuthError("username_taken");
    if ((idsByEmail.get(next.email.canonical) ?? id) !== id) throw new AuthError("email_taken");
    idsByUsername.delete(user.username.canonical);
    idsByEmail.delete(user.email.canonical);
    idsByUsername.set(next.username.canonical, id);
    idsByEmail.set(next.email.canonical, id);
    users.set(id, structuredClone(next));
    return true;
  }

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
    replaceFactors: (expected, next) =>
      step(() => {
        const user = users.get(expected.id);
        if (user?.epoch !== expected.epoch || !hasFactors(user, expected)) return false;
        users.set(user.id, structuredClone({ ...user, factors: next }));
        return true;
      }),
    advanceEpoch: (expected, { unlock, ...changes }) =>
      step(() => {
        const user = users.get(expected.id);
        if (user === undefined || !hasAddress(user, expected)) return false;
        if (changes.factors && !hasFactors(user, expected)) return false;
        const unlocks = user.unlocks + (unlock ? 1 : 0);
        return replace(user, { ...user, ...changes, epoch: user.epoch + 1, unlocks });
      }),
    rename: (expected, changes) =>
      step(() => {
        const user = users.get(expected.id);
        if (user === undefined || !hasAddress(user, expected)) return false;
        if (user.username.canonical !== expected.username.canonical) return false;
        return replace(user, { ...user, ...changes });
      }),
    list: (after, limit) => step(() => pageOf(users, after, limit).map(([, user]) => structuredClone(user))),
    unlock: (id) =>
      step(() => {
        const user = users.get(id);
        if (user === undefined) return false;
        users.set(id, { ...user, unlocks: user.unlocks + 1 });
        return true;
      }),
    remove: (expected) =>
      step(() => {
        const user = users.get(expected.id);
        if (user === undefined || !hasAddress(user, expected)) return false;
        users.delete(user.id);
        idsByUsername.delete(user.username.canonical);
        idsByEmail.delete(user.email.canonical);
        return true;
      }),
  };
}

function hasAddress(user: User, expected: Pick<User, "epoch" | "email" | "emailHistory">): boolean {
  return (
    user.epoch === expected.epoch &&
    user.email.canonical === expected.email.canonical &&
    emailRevision(user) === emailRevision(expected)
  );
}

function hasFactors(user: User, expected: Pick<User, "factors">): boolean {
  return factorsRevision(user) === factorsRevision(expected);
}
