import type { UserRepository } from "../../application/ports/users.ts";
import { AuthError } from "../../domain/errors.ts";
import type { User } from "../../domain/user.ts";
import type { Environment } from "./environment.ts";
import { isKey, mustBeKeys, pageOf } from "./key.ts";

type UserRecord = Omit<User, "createdAt" | "emailVerified" | "keptSession" | "unlocks"> & {
  readonly createdAt: number;
  readonly emailVerified?: boolean;
  readonly unlocks?: number;
  readonly keptSession?: string | undefined;
};

/** Users by id, and two indexes that hold the ids by canonical name and canonical address. */
export function lmdbUsers({ database, read, write }: Environment): UserRepository {
  const users = database<UserRecord>("users");
  const usersByName = database<string>("usersByName");
  const usersByEmail = database<string>("usersByEmail");

  const get = (id: string | undefined) =>
    id !== undefined && isKey(id) ? fromRecord(users.get(id)) : undefined;

  return {
    async add(user) {
      const { canonical: username } = user.username;
      const { canonical: email } = user.email;
      mustBeKeys(user.id, username, email);
      const refusal = await write(() => {
        if (usersByName.doesExist(username)) return new AuthError("username_taken");
        if (usersByEmail.doesExist(email)) return new AuthError("email_taken");
        if (users.doesExist(user.id)) return new Error("The id is in use");
        users.put(user.id, { ...user, createdAt: user.createdAt.getTime() });
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
    async advanceEpoch({ id, epoch, email }, { keptSession, unlock, ...changes }) {
      if (!isKey(id)) return false;
      return write(() => {
        const user = users.get(id);
        if (user?.epoch !== epoch || user.email.canonical !== email.canonical) return false;
        users.put(id, {
          ...user,
          ...changes,
          epoch: epoch + 1,
          unlocks: (user.unlocks ?? 0) + (unlock ? 1 : 0),
          keptSession,
        });
        return true;
      });
    },
    async rename({ id, username, email, epoch }, changes) {
      if (![id, username.canonical, email.canonical].every(isKey)) return false;
      const { username: name = username, email: address = email } = changes;
      mustBeKeys(name.canonical, address.canonical);
      const outcome = await write(() => {
        const user = users.get(id);
        const isExpected =
          user?.epoch === epoch &&
          user.username.canonical === username.canonical &&
          user.email.canonical === email.canonical;
        if (!isExpected) return false;
        if ((usersByName.get(name.canonical) ?? id) !== id) return new AuthError("username_taken");
        if ((usersByEmail.get(address.canonical) ?? id) !== id) return new AuthError("email_taken");
        usersByName.remove(username.canonical);
        usersByEmail.remove(email.canonical);
        usersByName.put(name.canonical, id);
        usersByEmail.put(address.canonical, id);
        users.put(id, { ...user, ...changes });
        return true;
      });
      if (outcome instanceof AuthError) throw outcome;
      return outcome;
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
    async remove(id, expectedEpoch) {
      if (!isKey(id)) return false;
      return write(() => {
        const user = users.get(id);
        if (user?.epoch !== expectedEpoch) return false;
        users.remove(id);
        usersByName.remove(user.username.canonical);
        usersByEmail.remove(user.email.canonical);
        return true;
      });
    },
  };
}

/** Written out: a copy by spreading costs as much as all else of a read. */
function fromRecord(record: UserRecord | undefined): User | undefined {
  // JSON leaves out what is undefined
  return (
    record && {
      id: record.id,
      username: record.username,
      email: record.email,
      // of before there were these fields
      unlocks: record.unlocks ?? 0,
      emailVerified: record.emailVerified ?? false,
      passwordHash: record.passwordHash,
      createdAt: new Date(record.createdAt),
      epoch: record.epoch,
      keptSession: record.keptSession,
      disabled: record.disabled,
      legacyIdentity: record.legacyIdentity,
    }
  );
}
