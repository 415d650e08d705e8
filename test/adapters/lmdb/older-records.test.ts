import { afterEach, describe, expect, it } from "vitest";
import { openEnvironment } from "../../../src/adapters/lmdb/environment.ts";
import { everyWayTo } from "../../support/storage-harness.ts";
import { lmdbHarness } from "../../support/storage-lmdb.ts";
import { aMail, aOneTimeToken, aSession, aUser, someFactors } from "../../support/storage-samples.ts";

const harness = lmdbHarness();
afterEach(() => harness.cleanup());

describe("lmdb: a store of before", () => {
  it("has users without `emailVerified`, `unlocks` and `factors`", async () => {
    const directory = await harness.directory();
    const { id, emailVerified: _, unlocks: __, ...rest } = aUser();
    const { database, write, close } = await openEnvironment(directory);
    const [users, byName, byEmail] = ["users", "usersByName", "usersByEmail"].map((name) =>
      database<unknown>(name),
    );
    await write(() => {
      users?.put(id, { id, ...rest, createdAt: rest.createdAt.getTime() });
      byName?.put(rest.username.canonical, id);
      byEmail?.put(rest.email.canonical, id);
    });
    await close();

    const storage = await harness.openAt(directory);
    const user = { id, ...rest, emailVerified: false, unlocks: 0 };
    expect(await everyWayTo(storage, user)).toStrictEqual([user, user, user]);
    expect(await storage.users.list(undefined, 10)).toStrictEqual([user]);
    expect(await storage.users.rename(user, { emailVerified: true })).toBe(true);
    expect(await storage.users.findById(id)).toStrictEqual({ ...user, emailVerified: true });
    expect(await storage.users.unlock(id)).toBe(true);
    expect((await storage.users.findById(id))?.unlocks).toBe(1);
    const factors = someFactors({ revision: 1 });
    expect(await storage.users.replaceFactors(user, factors)).toBe(true);
    expect((await storage.users.findById(id))?.factors).toStrictEqual(factors);
  });

  it("has sessions without their authentication, which began with one", async () => {
    const directory = await harness.directory();
    const { authenticatedAt: _, amr: __, ...rest } = aSession({ generation: 0 });
    const { id, userId, createdAt } = rest;
    const record = {
      ...rest,
      generationStartedAt: rest.generationStartedAt.getTime(),
      createdAt: createdAt.getTime(),
      lastUsedAt: rest.lastUsedAt.getTime(),
      expiresAt: rest.expiresAt.getTime(),
    };
    const { database, write, close } = await openEnvironment(directory);
    const byId = database<unknown>("sessions");
    const byUser = database<true, [string, number, string]>("sessionsByUser");
    await write(() => {
      byId.put(id, record);
      byUser.put([userId, record.createdAt, id], true);
    });
    await close();

    const { sessions } = await harness.openAt(directory);
    const session = { ...rest, authenticatedAt: createdAt, amr: ["pwd"] };
    expect(await sessions.find(id)).toStrictEqual(session);
    expect(await sessions.listOf(userId, 10)).toStrictEqual([session]);
    expect(await sessions.list(undefined, 10)).toStrictEqual([session]);
    const at = new Date("2024-03-05T06:07:08.009Z");
    expect(await sessions.advance(id, 0, at)).toMatchObject({ authenticatedAt: createdAt, generation: 1 });
    const next = { authenticatedAt: at, amr: ["pwd", "otp", "mfa"] };
    expect(await sessions.authenticate(id, at, next)).toBeUndefined();
    expect(await sessions.authenticate(id, createdAt, next)).toMatchObject({ ...next, generation: 1 });
    expect(await sessions.find(id)).toMatchObject(next);
  });

  it("has mails without `isNotice`, which are sent as other mails", async () => {
    const directory = await harness.directory();
    const { id, isNotice: _, sealed: __, ...rest } = aMail({ kind: "password_changed", userId: "ada" });
    const { database, write, close } = await openEnvironment(directory);
    const [mails, dues] = [database<unknown>("outbox"), database<true, [number, string]>("outboxByDue")];
    const [createdAt, dueAt] = [rest.createdAt.getTime(), rest.dueAt.getTime()];
    await write(() => {
      mails.put(id, { id, ...rest, createdAt, dueAt });
      dues.put([dueAt, id], true);
    });
    await close();

    const { outbox } = await harness.openAt(directory);
    const notice = aMail({ isNotice: true, dueAt: new Date(0) });
    await outbox.add(notice);
    const mail = { id, ...rest, isNotice: false, sealed: undefined };
    expect(await outbox.due(rest.dueAt, 10)).toStrictEqual([mail, notice]);
    expect(await outbox.begin(id, 0, new Date(dueAt + 1))).toBe(true);
    expect(await outbox.due(rest.dueAt, 10)).toStrictEqual([notice]);
    await outbox.remove(id);
    expect(await outbox.due(new Date(dueAt + 1), 10)).toStrictEqual([notice]);
  });

  it("has mailed links without an epoch: none is found by its id, and all are swept", async () => {
    const directory = await harness.directory();
    const { epoch: _, accountEmail: __, ...former } = aOneTimeToken();
    const end = former.expiresAt.getTime();
    const key = `reset_password:${former.userId}`;
    const { database, write, close } = await openEnvironment(directory);
    const tokens = database<unknown>("oneTimeTokens");
    const ends = database<true, [number, string]>("oneTimeTokensByEnd");
    await write(() => {
      tokens.put(key, { ...former, expiresAt: end });
      ends.put([end, key], true);
    });
    await close();

    const { oneTimeTokens } = await harness.openAt(directory);
    expect(await oneTimeTokens.find(former.id)).toBeUndefined();
    expect(await oneTimeTokens.consume(former.id)).toBe(false);
    await oneTimeTokens.removeOf(former.userId);
    expect(await oneTimeTokens.sweep(former.expiresAt, 10)).toBe(1);
    expect(await oneTimeTokens.sweep(former.expiresAt, 10)).toBe(0);
  });
});
