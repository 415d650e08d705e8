import type { UserRepository } from "../../application/ports/storage/users.ts";
import { AuthError } from "../../domain/errors.ts";
import { factorsRevision } from "../../domain/factors/factors.ts";
import type { User } from "../../domain/user.ts";
import type { Environment } from "./environment.ts";
import { assertKeys, isKey, pageOf } from "./key.ts";
import { fromRecord, type UserRecord, written } from "./user-record.ts";

/** Users by id, and two indexes from canonical name and canonical address to id. */
export function lmdbUsers({ database, read, write }: Environment): UserRepository {
  const users = database<UserRecord>("users");
  const usersByName = database<string>("usersByName");
  const usersByEmail = database<string>("usersByEmail");

  const get = (id: string | undefined) =>
    id !== undefined && isKey(id) ? fromRecord(users.get(id)) : undefined;

  /** For use within a write, where errors are returned and not thrown. */
  function replace(user: UserRecord, next: UserRecord): true | AuthError {
    const { id } = user;
    if ((usersByName.get(next.username.canonical) ?? id) !== id) return new AuthError("username_taken");
    if ((usersByEmail.get(next.email.canonical) ?? id) !== id) return new AuthError("email_taken");
    usersByName.remove(user.username.canonical);
    usersByEmail.remove(user.email.canonical);
    usersByName.put(next.username.canonical, id);
    usersByEmail.put(next.email.canonical, id);
    users.put(id, next);
    return true;
  }

  return {
    async add(user) {
      const { canonical: username } = user.username;
      const { canonical: email } = user.email;
      assertKeys(user.id, username, email);
      const refusal = await write(() => {
        if (usersByName.doesExist(username)) return new AuthError("username_taken");
        if (usersByEmail.doesExist(email)) return new AuthError("email_taken");
        if (users.doesExist(user.id)) return new Error("The id is in use");
        users.put(user.id, { ...written(user), createdAt: user.createdAt.getTime() });
        usersByName.put(username, user.id);
        usersByEmail.put(email, user.id);
        return undefined;
      });
      if (refusal !== undefined) throw refusal;
    },
    findById: (id) => read(() => get(id)),
    findIds: (ids) => read(() => new Set(ids.filter((id) => isKey(id) && users.doesExist(id)))),
    findByUsername: (canonical) =>
      read(() => (isKey(canonical) ? get(usersByName.get(canonical)) : undefined)),
    findByEmail: (canonical) => read(() => (isKey(canonical) ? get(usersByEmail.get(canonical)) : undefined)),
    async replacePasswordHash({ id, epoch, passwordHash }, next) {
      if (!isKey(id)) return false;
      return write(() => {
        const user = users.get(id);
        if (user?.epoch !== epoch || user.passwordHash !== passwordHash) return false;
        users.put(id, { ...user, passwordHash: next });
        return true;
      });
    },
    async replaceFactors({ id, epoch, factors }, next) {
      if (!isKey(id)) return false;
      return write(() => {
        const user = users.get(id);
        if (user?.epoch !== epoch || factorsRevision(user) !== factorsRevision({ factors })) return false;
        users.put(id, { ...user, ...written({ factors: next }) });
        return true;
      });
    },
    async advanceEpoch(expected, { unlock, ...changes }) {
      const { email = expected.email } = changes;
      if (![expected.id, expected.email.canonical].every(isKey)) return false;
      assertKeys(email.canonical);
      return orThrow(
        await write(() => {
          const user = users.get(expected.id);
          if (!user || !isUnchanged(user, expected)) return false;
          if (changes.factors && factorsRevision(user) !== factorsRevision(expected)) return false;
          const unlocks = (user.unlocks ?? 0) + (unlock ? 1 : 0);
          return replace(user, { ...user, ...written(changes), epoch: user.epoch + 1, unlocks });
        }),
      );
    },
    async rename(expected, changes) {
      const { username = expected.username, email = expected.email } = changes;
      if (![expected.id, expected.username.canonical, expected.email.canonical].every(isKey)) return false;
      assertKeys(username.canonical, email.canonical);
      return orThrow(
        await write(() => {
          const user = users.get(expected.id);
          if (!user || !isUnchanged(user, expected)) return false;
          if (user.username.canonical !== expected.username.canonical) return false;
          return replace(user, { ...user, ...written(changes) });
        }),
      );
    },
    list: (after, limit) =>
      read(() => pageOf(users, after, limit).flatMap(({ value }) => fromRecord(value) ?? [])),
    async unlock(id) {
      if (!isKey(id)) return false;
      return write(() => {
        const user = users.get(id);
        if (user === undefined) return false;
        users.put(id, { ...user, unlocks: (user.unlocks ?? 0) + 1 });
        return true;
      });
    },
    async remove(expected) {
      if (!isKey(expected.id)) return false;
      return write(() => {
        const user = users.get(expected.id);
        if (!user || !isUnchanged(user, expected)) return false;
        users.remove(user.id);
        usersByName.remove(user.username.canonical);
        usersByEmail.remove(user.email.canonical);
        return true;
      });
    },
  };
}

function orThrow(outcome: boolean | AuthError): boolean {
  if (outcome instanceof AuthError) throw outcome;
  return outcome;
}

function isUnchanged(user: UserRecord, expected: Pick<User, "epoch" | "email" | "emailHistory">): boolean {
  return (
    user.epoch === expected.epoch &&
    user.email.canonical === expected.email.canonical &&
    (user.emailHistory?.revision ?? 0) === (expected.emailHistory?.revision ?? 0)
  );
}
