import { Collection, type Db, type Document, MongoClient, MongoServerError } from "mongodb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openConnection } from "../../../src/adapters/mongodb/connection.ts";
import { openMongoStorage } from "../../../src/adapters/mongodb/storage.ts";
import type { Storage } from "../../../src/application/ports/storage/storage.ts";
import { everyWayTo, outcomes } from "../../support/storage-harness.ts";
import { freshDatabase, mongoServer } from "../../support/storage-mongodb.ts";
import {
  aMail,
  aOneTimeToken,
  aSession,
  aSigningKey,
  aUser,
  someFactors,
} from "../../support/storage-samples.ts";

describe.skipIf(!mongoServer)("mongodb: the database", () => {
  let uri: string;
  let client: MongoClient;
  let db: Db;
  const opened: Storage[] = [];
  beforeEach(() => {
    uri = freshDatabase();
    client = new MongoClient(uri);
    db = client.db();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(opened.splice(0).map((storage) => storage.close()));
    await db.dropDatabase();
    await client.close();
  });

  async function open(): Promise<Storage> {
    const storage = await openMongoStorage(uri);
    opened.push(storage);
    return storage;
  }

  /** All documents of a collection, with identifiers of any type. */
  const stored = (name: string) => db.collection<Document>(name).find().toArray();

  const indexesOf = async (name: string) =>
    Object.fromEntries((await db.collection(name).indexes()).map(({ v, name, ...rest }) => [name, rest]));

  describe("has", () => {
    it("the indexes that docs/storage.md tells of", async () => {
      await open();
      expect(await indexesOf("users")).toEqual({
        _id_: { key: { _id: 1 } },
        unique_username: { key: { "username.canonical": 1 }, unique: true },
        unique_email: { key: { "email.canonical": 1 }, unique: true },
      });
      expect(await indexesOf("sessions")).toEqual({
        _id_: { key: { _id: 1 } },
        by_user: { key: { userId: 1, createdAt: -1, _id: -1 } },
        expiry: { key: { expiresAt: 1 }, expireAfterSeconds: 3_600 },
      });
      expect(await indexesOf("revocations")).toEqual({
        _id_: { key: { _id: 1 } },
        expiry: { key: { until: 1 }, expireAfterSeconds: 0 },
      });
      expect(await indexesOf("one_time_tokens")).toEqual({
        _id_: { key: { _id: 1 } },
        by_user: { key: { userId: 1 } },
        expiry: { key: { expiresAt: 1 }, expireAfterSeconds: 25 * 3_600 },
      });
      expect(await indexesOf("outbox")).toEqual({
        _id_: { key: { _id: 1 } },
        order: { key: { isNotice: 1, dueAt: 1 } },
        oldest: { key: { createdAt: 1 } },
      });
    });

    it("the documents that docs/storage.md tells of", async () => {
      const { users, sessions, revocations, signingKeys, storedValues } = await open();
      const [user, session, key] = [aUser(), aSession(), aSigningKey("ES256", 1)];
      const until = new Date("2100-01-01T00:00:00.001Z");
      await users.add(user);
      await sessions.add(session);
      await revocations.add("jti:1", until);
      await signingKeys.add(key);
      await storedValues.claim("name", "value");
      const {
        id,
        keptSession: _,
        legacyIdentity: __,
        emailHistory: _____,
        linksSince: ________,
        factors: _________,
        ...rest
      } = user;
      expect(await stored("users")).toStrictEqual([{ _id: id, ...rest }]);
      const { id: sessionId, ...sessionRest } = session;
      expect(await stored("sessions")).toStrictEqual([{ _id: sessionId, ...sessionRest }]);
      expect(await stored("revocations")).toStrictEqual([{ _id: "jti:1", until }]);
      expect(await stored("signing_keys")).toStrictEqual([{ _id: "ES256:1", ...key }]);
      expect(await stored("settings")).toStrictEqual([{ _id: "name", value: "value" }]);

      await users.advanceEpoch(user, { keptSession: "kept" });
      expect(await stored("users")).toStrictEqual([{ _id: id, ...rest, epoch: 1, keptSession: "kept" }]);
      await users.advanceEpoch({ ...user, epoch: 1 }, { keptSession: undefined, passwordHash: "next" });
      expect(await stored("users")).toStrictEqual([{ _id: id, ...rest, epoch: 2, passwordHash: "next" }]);
      await signingKeys.replacePrivateKey(key.kid, key.sealedPrivateKey ?? "", undefined);
      const { sealedPrivateKey, ...publicHalf } = key;
      expect(await stored("signing_keys")).toStrictEqual([{ _id: "ES256:1", ...publicHalf }]);
    });

    it("the documents of mails that docs/storage.md tells of", async () => {
      const { users, oneTimeTokens, outbox } = await open();
      const [user, token, mail] = [aUser(), aOneTimeToken(), aMail()];
      await users.add(user);
      await oneTimeTokens.put(token);
      await outbox.add(mail);
      const {
        id,
        keptSession: _,
        legacyIdentity: __,
        emailHistory: _____,
        linksSince: ________,
        factors: _________,
        ...rest
      } = user;
      expect(await users.rename(user, { emailVerified: true })).toBe(true);
      expect(await stored("users")).toStrictEqual([{ _id: id, ...rest, emailVerified: true }]);
      const { id: tokenId, ...tokenRest } = token;
      expect(await stored("one_time_tokens")).toStrictEqual([{ _id: tokenId, ...tokenRest }]);
      const {
        id: mailId,
        userId: ___,
        username: ______,
        tokenId: ____,
        isNotice,
        sealed,
        ...mailRest
      } = mail;
      expect(await stored("outbox")).toStrictEqual([{ _id: mailId, ...mailRest }]);
      await outbox.tie(mailId, "token");
      expect(await stored("outbox")).toStrictEqual([{ _id: mailId, ...mailRest, tokenId: "token" }]);
      await outbox.remove(mailId);
      await outbox.add({ ...mail, isNotice: true, sealed: "ey…" });
      expect(await stored("outbox")).toStrictEqual([
        { _id: mailId, ...mailRest, sealed: "ey…", isNotice: true },
      ]);
    });

    it("users of earlier versions, without `emailVerified` and later fields", async () => {
      const { users } = await open();
      const user = aUser();
      const {
        id,
        emailVerified: _,
        keptSession: __,
        legacyIdentity: ___,
        emailHistory: ____,
        linksSince: ________,
        factors: _________,
        ...rest
      } = user;
      await db.collection<Document & { _id: string }>("users").insertOne({ _id: id, ...rest });
      expect(await everyWayTo({ users }, user)).toStrictEqual([user, user, user]);
      expect(await users.list(undefined, 10)).toStrictEqual([user]);
      expect(await users.rename(user, { emailVerified: true })).toBe(true);
      const factors = someFactors({ revision: 1 });
      expect(await users.replaceFactors(user, factors)).toBe(true);
      expect(await users.findById(id)).toStrictEqual({ ...user, emailVerified: true, factors });
    });

    it("sessions without their authentication, which began with one", async () => {
      const { sessions } = await open();
      const session = aSession({ generation: 0 });
      const { id, authenticatedAt: _, amr: __, ...rest } = session;
      await db.collection<Document & { _id: string }>("sessions").insertOne({ _id: id, ...rest });
      const before = { id, ...rest, authenticatedAt: rest.createdAt, amr: ["pwd"] };
      expect(await sessions.find(id)).toStrictEqual(before);
      expect(await sessions.listOf(rest.userId, 10)).toStrictEqual([before]);
      expect(await sessions.list(undefined, 10)).toStrictEqual([before]);
      const { authenticatedAt, amr } = session;
      const next = { authenticatedAt, amr };
      const ends = await outcomes(() => sessions.authenticate(id, rest.createdAt, next));
      expect(ends.filter((end) => end !== undefined)).toStrictEqual([session]);
      expect(await stored("sessions")).toStrictEqual([{ _id: id, ...rest, ...next }]);
    });

    it("mails without `isNotice`, which are sent as other mails", async () => {
      const { outbox } = await open();
      const mail = aMail({ kind: "password_changed", userId: "ada" });
      const { id, isNotice: _, sealed: __, tokenId: ___, username: ____, ...rest } = mail;
      await db.collection<Document & { _id: string }>("outbox").insertOne({ _id: id, ...rest });
      const notice = aMail({ isNotice: true, dueAt: new Date(0) });
      await outbox.add(notice);
      expect(await outbox.due(mail.dueAt, 10)).toStrictEqual([mail, notice]);
    });

    it("mailed links without an epoch: none is found by its id, and all are swept", async () => {
      const { oneTimeTokens } = await open();
      const { epoch: _, accountEmail: __, ...former } = aOneTimeToken();
      const links = db.collection<Document & { _id: string }>("one_time_tokens");
      await links.insertOne({ _id: `reset_password:${former.userId}`, ...former });
      expect(await oneTimeTokens.find(former.id)).toBeUndefined();
      expect(await oneTimeTokens.consume(former.id)).toBe(false);
      expect(await oneTimeTokens.sweep(former.expiresAt, 10)).toBe(1);
    });

    it("room for what the old server kept in it", async () => {
      await db.collection("user").insertOne({ email: "ada@example.com" });
      await db.collection("j_w_t_blacklist").insertOne({ jti: "1" });
      const before = [await stored("user"), await stored("j_w_t_blacklist")];
      const { users } = await open();
      await users.add(aUser({ id: "5f43a8d1e4b0c9a7d6e3f210" }));
      expect(await users.findById("5f43a8d1e4b0c9a7d6e3f210")).toBeDefined();
      expect((await stored("users"))[0]?._id).toBe("5f43a8d1e4b0c9a7d6e3f210");
      expect([await stored("user"), await stored("j_w_t_blacklist")]).toStrictEqual(before);
    });
  });

  describe("is refused", () => {
    const unfit: [string, string, Document, Document][] = [
      ["unique index that is not", "users", { "username.canonical": 1 }, { name: "unique_username" }],
      ["unique index on another field", "users", { email: 1 }, { name: "unique_email", unique: true }],
      [
        "unique index that leaves some out",
        "users",
        { "email.canonical": 1 },
        { name: "unique_email", unique: true, sparse: true },
      ],
      [
        "unique index that takes different names for equal",
        "users",
        { "username.canonical": 1 },
        { name: "unique_username", unique: true, collation: { locale: "en", strength: 1 } },
      ],
      [
        "index that refuses a second session",
        "sessions",
        { userId: 1, createdAt: -1 },
        { name: "by_user", unique: true },
      ],
      [
        "sweep of tokens that is too early",
        "one_time_tokens",
        { expiresAt: 1 },
        { name: "expiry", expireAfterSeconds: 3_599 },
      ],
      ["sweep that is too early", "sessions", { expiresAt: 1 }, { name: "expiry", expireAfterSeconds: 0 }],
    ];

    it.each(unfit)("for a %s, until it is dropped", async (_, collection, key, options) => {
      await db.collection(collection).createIndex(key as never, options);
      const refusal = await openMongoStorage(uri).catch((error) => error);
      expect(refusal.message).toContain(
        `The index ${options.name} of the collection ${db.databaseName}.${collection}`,
      );
      expect(refusal.message).toContain(`db.${collection}.dropIndex("${options.name}")`);
      await db.collection(collection).dropIndex(options.name);
      await (await open()).ping();
    });

    it.each(["username", "email"])("for two users of one %s, until there is one", async (field) => {
      const twin = { [field]: { shown: "A", canonical: "a" } };
      await db.collection<Document & { _id: number }>("users").insertMany([
        { _id: 1, username: { canonical: "1" }, email: { canonical: "1" }, ...twin },
        { _id: 2, username: { canonical: "2" }, email: { canonical: "2" }, ...twin },
      ]);
      await expect(openMongoStorage(uri)).rejects.toThrow(
        `The collection ${db.databaseName}.users has documents with the same ${field}.canonical`,
      );
      await db.collection<Document & { _id: number }>("users").deleteOne({ _id: 2 });
      await (await open()).ping();
    });
  });

  describe("is used", () => {
    it("with an index that nothing sweeps by", async () => {
      await db.collection("revocations").createIndex({ until: 1 }, { name: "expiry" });
      await (await open()).ping();
      expect(await indexesOf("revocations")).toMatchObject({ expiry: { key: { until: 1 } } });
    });

    it("where the server refuses to sweep", async () => {
      const { createIndexes } = Collection.prototype;
      vi.spyOn(Collection.prototype, "createIndexes").mockImplementation(function (
        this: Collection,
        specs,
        options,
      ) {
        if (specs.some((spec) => spec.expireAfterSeconds !== undefined)) {
          throw new MongoServerError({ code: 115, message: "TTL indexes are not supported" });
        }
        return createIndexes.apply(this, [specs, options, false]);
      });
      const { revocations } = await open();
      expect(await indexesOf("revocations")).toMatchObject({ expiry: { key: { until: 1 } } });
      await revocations.add("jti:1", new Date(1_000));
      expect(await revocations.sweep(new Date(1_000), 10)).toBe(1);
    });

    it("by many that start at once, and each sees what another was acknowledged", async () => {
      const storages = await Promise.all(Array.from({ length: 8 }, open));
      const racers = storages.flatMap((storage) =>
        Array.from({ length: 5 }, () => ({
          storage,
          user: aUser({ email: { shown: "A@b.example", canonical: "a@b.example" } }),
        })),
      );
      const ends = await Promise.allSettled(racers.map(({ storage, user }) => storage.users.add(user)));
      const winners = racers.filter((_, racer) => ends[racer]?.status === "fulfilled");
      expect(winners).toHaveLength(1);
      for (const end of ends) if (end.status === "rejected") expect(end.reason.code).toBe("email_taken");

      for (const [i, storage] of storages.entries()) {
        await storage.revocations.add(`jti:${i}`, new Date(Date.now() + 60_000));
        for (const other of storages) {
          expect(await other.revocations.find([`jti:${i}`], new Date())).toEqual(new Set([`jti:${i}`]));
          expect(await other.users.findByEmail("a@b.example")).toStrictEqual(winners[0]?.user);
        }
      }
    });

    it("with majority writes and reads of the primary, whatever the URI says", async () => {
      const careless = new URL(uri);
      const options =
        "w=0&journal=false&readPreference=secondary&readConcernLevel=available&retryWrites=false";
      for (const [name, value] of new URLSearchParams(options)) careless.searchParams.set(name, value);
      const connection = await openConnection(careless.href, db.databaseName);
      const { writeConcern, readPreference, readConcern } = connection.collection("users");
      await connection.close();
      expect(writeConcern).toMatchObject({ w: "majority", journal: true });
      expect(readPreference?.mode).toBe("primary");
      expect(readConcern?.level).toBe("local");
    });
  });

  describe("tells a taken name from a taken address", () => {
    const duplicate = (details: Document, write: "insertOne" | "updateOne" = "insertOne") =>
      vi
        .spyOn(Collection.prototype, write)
        .mockRejectedValueOnce(new MongoServerError({ code: 11_000, ...details }));

    it.each([
      ["username.canonical", "username_taken"],
      ["email.canonical", "email_taken"],
    ])("by keyPattern (%s)", async (field, code) => {
      const { users } = await open();
      const message =
        "E11000 duplicate key error collection: a.users index: of_another_name dup key: { : 1 }";
      duplicate({ keyPattern: { [field]: 1 }, message });
      await expect(users.add(aUser())).rejects.toMatchObject({ name: "AuthError", code });
      duplicate({ keyPattern: { [field]: 1 }, message }, "updateOne");
      await expect(users.rename(aUser(), {})).rejects.toMatchObject({ name: "AuthError", code });
    });

    it.each([
      ["Duplicate key violation on the requested collection: Index 'unique_username'", "username_taken"],
      ["Duplicate key violation on the requested collection: Index 'unique_email'", "email_taken"],
      ['E11000 duplicate key error: index "unique_email" dup key', "email_taken"],
    ])("by the message of a server that quotes the name (%s)", async (message, code) => {
      const { users } = await open();
      duplicate({ message });
      await expect(users.add(aUser())).rejects.toMatchObject({ name: "AuthError", code });
      duplicate({ message }, "updateOne");
      await expect(users.rename(aUser(), {})).rejects.toMatchObject({ name: "AuthError", code });
    });

    it("by looking, where the message names no index", async () => {
      const { users } = await open();
      const taken = aUser();
      await users.add(taken);
      const message = "duplicate key value violates unique constraint";
      for (const [same, code] of [
        [{ username: taken.username }, "username_taken"],
        [{ email: taken.email }, "email_taken"],
      ] as const) {
        duplicate({ message });
        await expect(users.add(aUser(same))).rejects.toMatchObject({ name: "AuthError", code });
        const other = aUser();
        duplicate({ message }, "updateOne");
        await expect(users.rename(other, same)).rejects.toMatchObject({ name: "AuthError", code });
      }
      duplicate({ message });
      await expect(users.add(aUser())).rejects.toThrow(message);
    });

    it("whatever they say themselves", async () => {
      const { users } = await open();
      const username = { shown: "A", canonical: "a index: unique_email dup key" };
      const email = { shown: "B", canonical: "b index: unique_username dup key" };
      await users.add(aUser({ username, email }));
      await expect(users.add(aUser({ username }))).rejects.toMatchObject({ code: "username_taken" });
      await expect(users.add(aUser({ email }))).rejects.toMatchObject({ code: "email_taken" });
    });

    it("from any other index, which is a fault", async () => {
      const { users } = await open();
      duplicate({
        message: "E11000 duplicate key error collection: a.users index: of_an_operator dup key: { : 1 }",
      });
      await expect(users.add(aUser())).rejects.toThrow(/of_an_operator/);
      const message = "E11000 duplicate key error collection: a.users index: of_an_operator dup key: { : 1 }";
      duplicate({ message }, "updateOne");
      await expect(users.rename(aUser(), {})).rejects.toThrow(/of_an_operator/);
    });
  });

  it("lets a caller who is told that an entry exists find it", async () => {
    const { revocations, storedValues, oneTimeTokens } = await open();
    const conflict = new MongoServerError({ code: 11_000, message: "E11000 index: _id_" });
    const update = vi.spyOn(Collection.prototype, "updateOne").mockRejectedValueOnce(conflict);
    const until = new Date(Date.now() + 60_000);
    await revocations.add("jti:1", until);
    expect(update).toHaveBeenCalledTimes(2);
    expect(await stored("revocations")).toEqual([{ _id: "jti:1", until }]);

    const claim = vi.spyOn(Collection.prototype, "findOneAndUpdate").mockRejectedValueOnce(conflict);
    expect(await storedValues.claim("name", "value")).toBe("value");
    expect(claim).toHaveBeenCalledTimes(2);

    const put = vi.spyOn(Collection.prototype, "replaceOne").mockRejectedValueOnce(conflict);
    const token = aOneTimeToken();
    await oneTimeTokens.put(token);
    expect(put).toHaveBeenCalledTimes(2);
    expect(await oneTimeTokens.find(token.id)).toStrictEqual(token);
  });

  it("is never asked for an update of nothing, which not every server takes", async () => {
    const { users } = await open();
    const user = aUser();
    await users.add(user);
    const update = vi.spyOn(Collection.prototype, "updateOne");
    for (const changes of [{}, { emailVerified: true }, { username: user.username }, { email: user.email }]) {
      expect(await users.rename(user, changes)).toBe(true);
    }
    const sizes = update.mock.calls.map(([, change]) => Object.keys((change as Document).$set).length);
    expect(sizes).toHaveLength(4);
    expect(sizes).not.toContain(0);
  });

  it("does not take half a character for another", async () => {
    const { users, sessions, revocations, storedValues, oneTimeTokens, outbox } = await open();
    const replaced = { shown: "A", canonical: "\ufffd" };
    const odd = { shown: "A", canonical: "\ud800" };
    await users.add(aUser({ id: "\ufffd", username: replaced, email: replaced }));
    await sessions.add(aSession({ id: "\ufffd", userId: "\ufffd" }));
    await revocations.add("\ufffd", new Date(Date.now() + 60_000));
    expect(await users.findById("\ud800")).toBeUndefined();
    expect(await users.findByUsername("\ud800")).toBeUndefined();
    expect(await users.findByEmail("\ud800")).toBeUndefined();
    expect(await users.remove(aUser({ id: "\ud800" }))).toBe(false);
    expect(await sessions.find("\ud800")).toBeUndefined();
    expect(await sessions.listOf("\ud800", 10)).toEqual([]);
    expect(await revocations.find(["\ud800"], new Date())).toEqual(new Set());
    await expect(users.add(aUser({ id: "\ud800" }))).rejects.toThrow(/cannot hold/);
    await expect(sessions.add(aSession({ id: "\ud800" }))).rejects.toThrow(/cannot hold/);
    await expect(revocations.add("\ud800", new Date())).rejects.toThrow(/cannot hold/);
    await expect(storedValues.claim("\ud800", "value")).rejects.toThrow(/cannot hold/);
    await expect(users.rename(aUser(), { username: odd })).rejects.toThrow(/cannot hold/);
    await expect(users.rename(aUser(), { email: odd })).rejects.toThrow(/cannot hold/);
    for (const text of [{ userId: "\ud800" }, { id: "\ud800" }])
      await expect(oneTimeTokens.put(aOneTimeToken(text))).rejects.toThrow(/cannot hold/);
    await expect(outbox.add(aMail({ id: "\ud800" }))).rejects.toThrow(/cannot hold/);
    await expect(outbox.tie("any", "\ud800")).rejects.toThrow(/cannot hold/);
    const token = aOneTimeToken({ userId: "\ufffd", id: "\ufffd" });
    await oneTimeTokens.put(token);
    expect(await oneTimeTokens.consume("\ud800")).toBe(false);
    expect(await oneTimeTokens.find("\ufffd")).toStrictEqual(token);
  });
});
