import type { UserRepository } from "../../application/ports/storage/users.ts";
import { emailRevision } from "../../domain/email-history.ts";
import { AuthError } from "../../domain/errors.ts";
import { type Factors, factorsRevision, NO_FACTORS } from "../../domain/factors/factors.ts";
import type { User } from "../../domain/user.ts";
import { batchedReads } from "./batched-reads.ts";
import type { Connection } from "./connection.ts";
import {
  assertStorable,
  inOneBatch,
  insertOnce,
  isDuplicateKey,
  isStorable,
  pageOf,
  withIds,
} from "./documents.ts";
import { refusalOf, type UserDocument } from "./user-indexes.ts";

/** In one command: their documents stay far below the 16 MB of an answer. */
const MAX_USERS = 100;

/** Users by id, with unique indexes on canonical names and addresses. */
export function mongoUsers({ collection, call }: Connection): UserRepository {
  const users = collection<UserDocument>("users");

  const read = batchedReads((ids) => withIds(users, ids), MAX_USERS);

  const findBy = (field: "username.canonical" | "email.canonical", text: string) =>
    call(async () => {
      const document = isStorable(text) ? await users.findOne({ [field]: text }) : null;
      return document === null ? undefined : fromDocument(document);
    });

  return {
    add: ({ id, ...added }) =>
      call(async () => {
        // as it is stored, so that a retried insert recognises its own document
        const user = { ...added, factors: added.factors && written(added.factors) };
        assertStorable(id, user.username.canonical, user.email.canonical);
        try {
          await insertOnce(users, { _id: id, ...user });
        } catch (error) {
          throw isDuplicateKey(error) ? await refusalOf(users, error, { id, ...user }) : error;
        }
      }),
    findById: (id) =>
      call(async () => {
        const document = isStorable(id) ? await read(id) : undefined;
        return document && fromDocument(document);
      }),
    findIds: (ids) =>
      call(async () => {
        const asked = ids.filter(isStorable);
        // MongoDB takes 0 as no limit
        if (asked.length === 0) return new Set();
        const options = { projection: { _id: 1 }, ...inOneBatch(asked.length) };
        return new Set((await users.find({ _id: { $in: asked } }, options).toArray()).map(({ _id }) => _id));
      }),
    findByUsername: (canonical) => findBy("username.canonical", canonical),
    findByEmail: (canonical) => findBy("email.canonical", canonical),
    replacePasswordHash: ({ id, epoch, passwordHash }, next) =>
      call(async () => {
        if (!isStorable(id)) return false;
        const changes = { $set: { passwordHash: next } };
        const { matchedCount } = await users.updateOne({ _id: id, epoch, passwordHash }, changes);
        return matchedCount === 1;
      }),
    replaceFactors: ({ id, epoch, factors }, next) =>
      call(async () => {
        if (!isStorable(id)) return false;
        const expected = { _id: id, epoch, ...withFactors({ factors }) };
        const changes = { $set: { factors: next } };
        return (await users.updateOne(expected, changes, { ignoreUndefined: true })).matchedCount === 1;
      }),
    advanceEpoch: (expected, { keptSession, unlock, ...changes }) =>
      call(async () => {
        const { id, email } = expected;
        if (![id, email.canonical].every(isStorable)) return false;
        assertStorable(changes.email?.canonical ?? "");
        const next = { ...changes, epoch: expected.epoch + 1 };
        const update = {
          ...(keptSession === undefined
            ? { $set: next, $unset: { keptSession: true } as const }
            : { $set: { ...next, keptSession } }),
          ...(unlock && { $inc: { unlocks: 1 } }),
        };
        try {
          const filter = { ...withAddress(expected), ...(changes.factors && withFactors(expected)) };
          return (await users.updateOne(filter, update, { ignoreUndefined: true })).matchedCount === 1;
        } catch (error) {
          // no other field has to be unique
          throw isDuplicateKey(error) ? new AuthError("email_taken") : error;
        }
      }),
    rename: (before, changes) =>
      call(async () => {
        const { id, username, email } = before;
        if (![id, username.canonical, email.canonical].every(isStorable)) return false;
        const { username: name = username, email: address = email } = changes;
        assertStorable(name.canonical, address.canonical);
        const expected = { ...withAddress(before), "username.canonical": username.canonical };
        try {
          // MongoDB before 5.0 refuses an empty update
          const same = changes.username ? {} : { "username.canonical": username.canonical };
          return (await users.updateOne(expected, { $set: { ...same, ...changes } })).matchedCount === 1;
        } catch (error) {
          throw isDuplicateKey(error)
            ? await refusalOf(users, error, { id, username: name, email: address })
            : error;
        }
      }),
    list: (after, limit) => call(async () => (await pageOf(users, after, limit)).map(fromDocument)),
    unlock: (id) =>
      call(async () => {
        if (!isStorable(id)) return false;
        return (await users.updateOne({ _id: id }, { $inc: { unlocks: 1 } })).matchedCount === 1;
      }),
    remove: (expected) =>
      call(async () => {
        if (![expected.id, expected.email.canonical].every(isStorable)) return false;
        return (await users.deleteOne(withAddress(expected))).deletedCount === 1;
      }),
  };
}

function withAddress(expected: Pick<User, "id" | "epoch" | "email" | "emailHistory">) {
  const { id: _id, epoch, email } = expected;
  const revision = revisionIs(emailRevision(expected));
  return { _id, epoch, "email.canonical": email.canonical, "emailHistory.revision": revision };
}

/** Factors without fields that are `undefined`. */
function written(factors: Factors): Factors {
  const entries = Object.entries(factors).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as Factors;
}

function withFactors(expected: Pick<User, "factors">) {
  return { "factors.revision": revisionIs(factorsRevision(expected)) };
}

/** Matches a revision. Where there is none it is 0: `null` also matches a missing field. */
function revisionIs(revision: number) {
  return { $in: revision === 0 ? [0, null] : [revision] };
}

function fromDocument({ _id, ...user }: UserDocument): User {
  // earlier versions did not write these fields
  const { emailVerified = false, unlocks = 0 } = user;
  return {
    id: _id,
    ...user,
    emailVerified,
    unlocks,
    keptSession: user.keptSession,
    legacyIdentity: user.legacyIdentity,
    emailHistory: user.emailHistory,
    linksSince: user.linksSince,
    factors: user.factors && { ...NO_FACTORS, ...user.factors },
  };
}
