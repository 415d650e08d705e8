import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { openMongoStorage } from "../../../src/adapters/mongodb/storage.ts";
import type { Storage } from "../../../src/application/ports/storage/storage.ts";
import { databaseBehindProcess, proxiedDatabase } from "../../support/mongo-proxy.ts";
import { dropDatabase, mongoServer } from "../../support/storage-mongodb.ts";
import { aMail, aOneTimeToken, aSession, aSigningKey, aUser } from "../../support/storage-samples.ts";
import type { TcpProxy } from "../../support/tcp-proxy.ts";

const NOW = new Date();
const LATER = new Date(NOW.getTime() + 3_600_000);

const outages: [name: string, begin: (proxy: TcpProxy) => unknown][] = [
  ["cut off", (proxy) => proxy.cut()],
  ["silent", (proxy) => proxy.pause()],
  ["heard no more", (proxy) => proxy.pauseAnswers()],
];

// concurrently, since they mostly wait
describe.skipIf(!mongoServer).concurrent("mongodb: a server that is away", () => {
  it("is waited for at the start", () =>
    behindProxy(async ({ proxy, open }) => {
      await proxy.cut();
      const opening = open();
      await setTimeout(300);
      await proxy.resume();
      await (await opening).ping();
    }));

  it.each(outages)("is not waited for longer than told (%s), and no password is shown", (_, begin) =>
    behindProxy(async ({ proxy, uri }) => {
      await begin(proxy);
      const secretive = new URL(uri);
      Object.assign(secretive, { username: "alibaba", password: "open%20sesame" });
      secretive.searchParams.set("authSource", "admin");
      const { rejected, ms } = await timed(() => openMongoStorage(secretive.href, { waitMs: 500 }));
      expect(ms).toBeLessThan(2_000);
      expect(rejected?.message).toContain(`127.0.0.1:${proxy.port}`);
      expect(inspect(rejected, { depth: Infinity })).not.toMatch(/alibaba|sesame/);
    }),
  );

  it.each(outages)(
    "fails every call within two seconds (%s), and is used again once it is back",
    (_, begin) =>
      behindProxy(async ({ proxy, open }) => {
        const storage = await open();
        const { users, revocations, sessions, ping } = storage;
        const user = aUser();
        await Promise.all([users.add(user), revocations.add("sid:1", LATER)]);

        await begin(proxy);
        // the first calls use the open connections, later ones know of the outage
        for (let round = 0; round < 2; round++) {
          const ends = await Promise.all(everyCallOf(storage).map(timed));
          expect(ends.filter(({ rejected }) => rejected === undefined)).toEqual([]);
          expect(Math.max(...ends.map(({ ms }) => ms))).toBeLessThan(2_000);
        }

        await proxy.resume();
        await untilAnswered(ping);
        expect(await users.findByUsername(user.username.canonical)).toMatchObject({ id: user.id });
        expect(await revocations.find(["sid:1"], NOW)).toEqual(new Set(["sid:1"]));
        await sessions.add(aSession());
      }),
  );

  it("fails calls by the hundred as fast as one", () =>
    behindProxy(async ({ proxy, open }) => {
      const { users } = await open();
      proxy.pause();
      const ends = await Promise.all(
        Array.from({ length: 300 }, () => timed(() => users.findByUsername("any"))),
      );
      expect(ends.filter(({ rejected }) => rejected === undefined)).toEqual([]);
      expect(Math.max(...ends.map(({ ms }) => ms))).toBeLessThan(2_000);
    }));

  it("never brings about a wrong answer, however it comes and goes", () =>
    behindProxy(async ({ proxy, open }) => {
      const { users, revocations } = await open();
      const user = aUser();
      await Promise.all([users.add(user), revocations.add("sid:1", LATER)]);
      const check = () =>
        Promise.all([users.findById(user.id), revocations.find(["sid:1", "jti:1"], NOW)] as const);
      const wrong: unknown[] = [];
      let [right, none] = [0, 0];
      let isOver = false;
      const asking = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          const answer = await check().catch(() => undefined);
          if (answer === undefined) none++;
          else if (answer[0]?.passwordHash === user.passwordHash && answer[1].has("sid:1")) right++;
          else wrong.push(answer);
        }
      });
      for (const [duration, [, begin]] of [
        ...outages.map((outage) => [200, outage] as const),
        ...outages.map((outage) => [1_200, outage] as const),
      ]) {
        await begin(proxy);
        await setTimeout(duration);
        await proxy.resume();
        await setTimeout(100);
      }
      await untilAnswered(check);
      isOver = true;
      await Promise.all(asking);
      expect(wrong).toEqual([]);
      expect(right).toBeGreaterThan(0);
      expect(none).toBeGreaterThan(0);
    }));

  it("takes what is added again after its answer was lost for added", () =>
    behindProxy(async ({ proxy, open }) => {
      const { users, sessions, signingKeys, outbox, ping } = await open();
      const [user, session, key, mail] = [aUser(), aSession(), aSigningKey("ES256", 1), aMail()];
      const adding = [
        () => users.add(user),
        () => sessions.add(session),
        () => signingKeys.add(key),
        () => outbox.add(mail),
      ];
      // on separate connections, so that all of them are sent concurrently
      proxy.delay(15);
      for (let i = 0; i < 3; i++) await Promise.all(adding.map(ping));
      proxy.delay(0);
      proxy.pauseAnswers();
      const lost = await Promise.all(adding.map(timed));
      expect(lost.filter(({ rejected }) => rejected === undefined)).toEqual([]);
      await proxy.resume();
      await untilAnswered(ping);
      for (const add of adding) expect(await timed(add)).toMatchObject({ rejected: undefined });
      expect(await signingKeys.add(key)).toBe(true);
      expect(await users.findById(user.id)).toStrictEqual(user);
      expect(await signingKeys.list()).toStrictEqual([key]);
      expect(await outbox.due(NOW, 10)).toStrictEqual([mail]);
    }));

  it("that is merely slow still serves", () =>
    behindProxy(async ({ proxy, open }) => {
      const { users } = await open();
      const user = aUser();
      proxy.delay(250);
      await users.add(user);
      expect(await users.findById(user.id)).toStrictEqual(user);
    }));

  it("fails every call within two seconds while its process is stopped, and is used again once it goes on", async () => {
    const { direct, proxied, child } = await databaseBehindProcess();
    const storage = await openMongoStorage(proxied);
    await storage.revocations.add("sid:1", LATER);
    child.kill("SIGSTOP");
    for (let round = 0; round < 2; round++) {
      const ends = await Promise.all(everyCallOf(storage).map(timed));
      expect(ends.filter(({ rejected }) => rejected === undefined)).toEqual([]);
      expect(Math.max(...ends.map(({ ms }) => ms))).toBeLessThan(2_000);
    }
    child.kill("SIGCONT");
    await untilAnswered(storage.ping);
    expect(await storage.revocations.find(["sid:1"], NOW)).toEqual(new Set(["sid:1"]));
    await storage.close();
    child.kill("SIGKILL");
    await dropDatabase(direct);
  });

  it("keeps nobody from stopping", () =>
    behindProxy(async ({ proxy, open }) => {
      const { ping, close } = await open();
      await ping();
      proxy.pause();
      const [unanswered, closed] = await Promise.all([timed(ping), timed(close)]);
      expect(unanswered.rejected).toBeInstanceOf(Error);
      expect(closed.rejected).toBeUndefined();
      expect(closed.ms).toBeLessThan(4_000);
    }));
});

interface Behind {
  readonly proxy: TcpProxy;
  readonly uri: string;
  open(): Promise<Storage>;
}

/** Runs work on a new database behind a new proxy. */
async function behindProxy(work: (behind: Behind) => Promise<void>): Promise<void> {
  const { direct, proxied: uri, proxy } = await proxiedDatabase();
  const opened: Storage[] = [];
  async function open() {
    const storage = await openMongoStorage(uri);
    opened.push(storage);
    return storage;
  }
  try {
    await work({ proxy, uri, open });
  } finally {
    await proxy.resume();
    for (const storage of opened) await storage.close();
    await proxy.close();
    await dropDatabase(direct);
  }
}

/** Calls that do not change the user that the test looks for afterwards. */
function everyCallOf(storage: Storage) {
  const { users, sessions, revocations, signingKeys, storedValues, oneTimeTokens, outbox, ping } = storage;
  return [
    () => users.add(aUser()),
    () => users.findById("id"),
    () => users.findByUsername("name"),
    () => users.findByEmail("address"),
    () => users.replacePasswordHash(aUser(), "next"),
    () => users.advanceEpoch(aUser(), { keptSession: undefined }),
    () => users.rename(aUser(), { emailVerified: true }),
    () => users.remove(aUser()),
    () => sessions.add(aSession()),
    () => sessions.find("id"),
    () => sessions.advance("id", 0, NOW),
    () => sessions.touch("id", NOW),
    () => sessions.listOf("id", 100),
    () => sessions.hasMoreThan("id", 100),
    () => sessions.remove("id"),
    () => sessions.removeEarlier("id", 1, undefined),
    () => sessions.sweep(NOW, 10),
    () => revocations.add("sid:2", LATER),
    () => revocations.find(["sid:1"], NOW),
    () => revocations.sweep(NOW, 10),
    () => signingKeys.add(aSigningKey("ES256", 1)),
    () => signingKeys.replacePrivateKey("kid", "expected", "next"),
    () => signingKeys.remove("kid"),
    () => signingKeys.list(),
    () => storedValues.claim("name", "value"),
    () => storedValues.replace("name", "value", "next"),
    () => oneTimeTokens.put(aOneTimeToken()),
    () => oneTimeTokens.find("id"),
    () => oneTimeTokens.prolong("id", LATER),
    () => oneTimeTokens.consume("id"),
    () => oneTimeTokens.removeOf("id"),
    () => oneTimeTokens.sweep(NOW, 10),
    () => outbox.add(aMail()),
    () => outbox.due(NOW, 10),
    () => outbox.begin("id", 0, LATER),
    () => outbox.tie("id", "token"),
    () => outbox.remove("id"),
    () => outbox.waiting(),
    ping,
  ];
}

/** The time at which a call ended, and its error if it was rejected. */
async function timed(call: () => Promise<unknown>): Promise<{ rejected: Error | undefined; ms: number }> {
  const started = performance.now();
  const rejected = await call().then(
    () => undefined,
    (error: Error) => error,
  );
  return { rejected, ms: performance.now() - started };
}

/** The driver looks for a lost server twice a second. */
async function untilAnswered(call: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  while ((await timed(call)).rejected !== undefined) {
    expect(performance.now() - started).toBeLessThan(4_000);
  }
}
