import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openMongoStorage } from "../../../src/adapters/mongodb/storage.ts";
import type { Storage } from "../../../src/application/ports/storage/storage.ts";
import { failClosed } from "../../../src/composition/wiring/fail-closed.ts";
import type { User } from "../../../src/domain/user.ts";
import { type ProxiedDatabase, proxiedDatabase } from "../../support/mongo-proxy.ts";
import { dropDatabase, mongoServer } from "../../support/storage-mongodb.ts";
import { aSession, aUser } from "../../support/storage-samples.ts";

const NOW = new Date();
const LATER = new Date(NOW.getTime() + 3_600_000);

describe.skipIf(!mongoServer)("mongodb: reads by key", () => {
  let database: ProxiedDatabase;
  let storage: Storage;
  let sent: string[];
  beforeEach(async () => {
    database = await proxiedDatabase();
    sent = [];
    const onCommand = (command: string, moment: string) => void (moment === "sent" && sent.push(command));
    storage = failClosed(await openMongoStorage(database.proxied, { onCommand }));
  });
  afterEach(async () => {
    vi.useRealTimers();
    await database.proxy.resume();
    await storage.close();
    await database.proxy.close();
    await dropDatabase(database.direct);
  });

  /** Holds back all answers. The connections are open already, since a new one would wait for an answer. */
  async function pauseAnswers(): Promise<void> {
    database.proxy.delay(15);
    for (let i = 0; i < 3; i++) await Promise.all(Array.from({ length: 12 }, storage.ping));
    await database.proxy.resume();
    sent.length = 0;
    database.proxy.pauseAnswers();
  }

  async function store(count: number): Promise<User[]> {
    const users = Array.from({ length: count }, () => aUser());
    await Promise.all(users.map((user) => storage.users.add(user)));
    sent.length = 0;
    return users;
  }

  const check = (user: User) =>
    Promise.all([
      storage.users.findById(user.id),
      storage.revocations.find([`jti:${user.id}`, `sid:${user.id}`, "kid:1"], NOW),
    ]);

  it("share one command for each collection, and each gets its own answer", async () => {
    const users = await store(32);
    const stopped = users.filter((_, place) => place % 3 === 0);
    await Promise.all(stopped.map(({ id }) => storage.revocations.add(`sid:${id}`, LATER)));
    sent.length = 0;
    const found = await Promise.all([...users, ...users].map(check));
    expect(sent).toEqual(["find", "find"]);
    const expected = users.map((user) => [user, new Set(stopped.includes(user) ? [`sid:${user.id}`] : [])]);
    expect(found).toStrictEqual([...expected, ...expected]);
  });

  it("share one command for sessions", async () => {
    const sessions = Array.from({ length: 20 }, () => aSession());
    await Promise.all(sessions.map((session) => storage.sessions.add(session)));
    sent.length = 0;
    const ids = [...sessions.map(({ id }) => id), "none"];
    const found = await Promise.all(ids.map((id) => storage.sessions.find(id)));
    expect(found).toStrictEqual([...sessions, undefined]);
    expect(sent).toEqual(["find"]);
  });

  it("go in further commands beyond a hundred users", async () => {
    const users = await store(101);
    expect(await Promise.all(users.map(({ id }) => storage.users.findById(id)))).toStrictEqual(users);
    expect(sent).toEqual(["find", "find"]);
  });

  it("are sent after they are asked for, never in a command that was sent before", async () => {
    const [user] = (await store(1)) as [User];
    const other = await openMongoStorage(database.direct, { prepare: false });
    await pauseAnswers();
    const first = check(user);
    await vi.waitUntil(() => sent.length === 2);
    // acknowledged to another process before the first read is answered
    await other.users.advanceEpoch(user, { keptSession: undefined });
    await other.revocations.add(`sid:${user.id}`, LATER);
    await other.close();
    const second = check(user);
    await vi.waitUntil(() => sent.length === 4);
    await database.proxy.resume();
    await first;
    expect(await second).toStrictEqual([{ ...user, epoch: 1 }, new Set([`sid:${user.id}`])]);
  });

  it("wait for no timer", async () => {
    const [user] = (await store(1)) as [User];
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    for (let read = 0; read < 10; read++) expect(await storage.users.findById(user.id)).toStrictEqual(user);
    expect(sent).toHaveLength(10);
  });

  it("are not held up by commands that have no answer", async () => {
    const users = await store(10);
    await pauseAnswers();
    const reads: Promise<unknown>[] = [];
    for (const { id } of users) {
      reads.push(storage.users.findById(id));
      await vi.waitUntil(() => sent.length === reads.length);
    }
    await database.proxy.resume();
    expect(await Promise.all(reads)).toStrictEqual(users);
  });

  it("fail alike if their command fails, and are answered again afterwards", async () => {
    const users = await store(20);
    await database.proxy.cut();
    for (let round = 0; round < 2; round++) {
      const ends = await Promise.allSettled(users.map(({ id }) => storage.users.findById(id)));
      const reasons = ends.map((end) => end.status === "rejected" && end.reason);
      for (const reason of reasons) expect(reason).toMatchObject({ code: "storage_unavailable" });
      expect(new Set(reasons.map(({ cause }) => cause)).size).toBe(1);
    }
    await database.proxy.resume();
    await vi.waitUntil(
      () =>
        storage.ping().then(
          () => true,
          () => false,
        ),
      { timeout: 5_000 },
    );
    expect(await Promise.all(users.map(({ id }) => storage.users.findById(id)))).toStrictEqual(users);
  });
});
