import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openMongoStorage } from "../../../src/adapters/mongodb/storage.ts";
import type { Storage } from "../../../src/application/ports/storage/storage.ts";
import { codeAt } from "../../support/authenticator.ts";
import { client, makeCore } from "../../support/core.ts";
import { type ProxiedDatabase, proxiedDatabase } from "../../support/mongo-proxy.ts";
import { dropDatabase, mongoServer } from "../../support/storage-mongodb.ts";
import { aSession } from "../../support/storage-samples.ts";

describe.skipIf(!mongoServer)("mongodb: round trips", () => {
  let database: ProxiedDatabase;
  let storage: Storage;
  let count: RoundTripCount;
  beforeAll(async () => {
    database = await proxiedDatabase();
    count = countRoundTrips();
    storage = await openMongoStorage(database.proxied, { onCommand: count.onCommand });
    // delayed enough that concurrent commands overlap, over connections that are open already
    database.proxy.delay(15);
    for (let i = 0; i < 3; i++) await Promise.all(Array.from({ length: 6 }, storage.ping));
  });
  afterAll(async () => {
    await storage.close();
    await database.proxy.close();
    await dropDatabase(database.direct);
  });

  async function tripsOf(work: () => Promise<unknown>): Promise<string[]> {
    count.reset();
    await work();
    return count.trips();
  }

  it("are as docs/storage.md says for each call", async () => {
    const { users, sessions, revocations } = storage;
    const { core } = await makeCore(() => ({ users, sessions, revocations }));
    const account = { username: "Ada", email: "ada@example.com", password: "correct horse", client };
    const { email, password } = account;
    expect(await tripsOf(() => core.register(account))).toEqual(["insert", ...begin]);
    expect(await tripsOf(() => core.login({ email, password, client }))).toEqual(["find", ...begin]);
    expect(await tripsOf(() => core.login({ email, password: "wrong", client }).catch(() => {}))).toEqual([
      "find",
    ]);

    const { accessToken, refreshToken } = await core.login({ email, password, client });
    expect(await tripsOf(() => core.me(accessToken))).toEqual(["find+find"]);
    expect(await tripsOf(() => core.refresh(refreshToken))).toEqual(["find+find+find"]);
    const again = { accessToken, password, client };
    const raise = ["find+find", "find", "findAndModify", "find+find"];
    expect(await tripsOf(() => core.reauthenticate(again))).toEqual(raise);
    expect(await tripsOf(() => core.revokeAccess(accessToken))).toEqual(["find+find", "update"]);
    expect(await tripsOf(() => core.revokeRefresh(refreshToken))).toEqual(["find+find+find", "update"]);
  });

  it("are as docs/storage.md says for each call with attempts counted", async () => {
    const { users, sessions, revocations, attempts } = storage;
    const { core } = await makeCore(() => ({ users, sessions, revocations, attempts }), {
      LOGIN_THROTTLE: "on",
      THROTTLE_PAIR: "2",
    });
    const account = { username: "Grace", email: "grace@example.com", password: "correct horse", client };
    const { email, password } = account;
    const right = { email, password, client };
    const wrong = { ...right, password: "wrong horse" };
    const upsert = "findAndModify";
    const counted = ["find", upsert, upsert, upsert];
    const tripsOfRefused = (work: () => Promise<unknown>) => tripsOf(() => work().catch(() => {}));
    expect(await tripsOf(() => core.register(account))).toEqual([upsert, "insert", ...begin]);
    const ofLogin = await tripsOf(() => core.login(right));
    expect(inTwoChains(ofLogin, counted.length)).toEqual([counted, begun]);

    const { accessToken } = await core.login(right);
    const again = { accessToken, password, client };
    const refunded = ["find+find", "find", upsert, "delete", "update", upsert, "find+find"];
    expect(await tripsOf(() => core.reauthenticate(again))).toEqual(refunded);
    expect(await tripsOfRefused(() => core.login(wrong))).toEqual(counted);
    expect(await tripsOfRefused(() => core.login(wrong))).toEqual(counted);
    expect(await tripsOfRefused(() => core.login(right))).toEqual(["find", upsert, "find"]);
    const known = { ...right, formerToken: accessToken };
    const ofKnown = await tripsOf(() => core.login(known));
    expect(inTwoChains(ofKnown, 2)).toEqual([["find+find", upsert], begun]);
    const unknown = { ...right, formerToken: "nonsense" };
    expect(await tripsOfRefused(() => core.login(unknown))).toEqual(["find+find", upsert, "find"]);
  });

  it("are as docs/storage.md says for a login with a second factor", async () => {
    const { users, sessions, revocations, attempts, oneTimeTokens } = storage;
    const { core, clock } = await makeCore(
      () => ({ users, sessions, revocations, attempts, oneTimeTokens }),
      { LOGIN_THROTTLE: "on" },
    );
    const account = { username: "Edith", email: "edith@example.com", password: "correct horse", client };
    const { email, password } = account;
    const { accessToken } = await core.register(account);
    let secret = "";
    const setUp = async () => {
      ({ secret } = await core.beginTotp(accessToken));
    };
    expect(await tripsOf(setUp)).toEqual(["find+find", "update"]);
    const next = () => {
      clock.advance(60_000);
      return codeAt(secret, clock.now());
    };
    let recoveryCode = "";
    const confirm = async () => {
      [recoveryCode = ""] = await core.confirmTotp({ accessToken, code: next() });
    };
    const upsert = "findAndModify";
    const refunded = ["delete", "update"];
    const raised = ["find", upsert];
    expect(await tripsOf(confirm)).toEqual([
      ...["find+find", upsert, ...refunded],
      ...[upsert, "update", ...raised],
    ]);

    let challenge = "";
    const logIn = async () => {
      const error = await core.login({ email, password, client }).catch((refused) => refused);
      challenge = error.secondFactor.challenge;
    };
    expect(await tripsOf(logIn)).toEqual(["find", upsert, upsert, upsert, ...refunded, "update"]);
    const admitted = [upsert, "find+find", ...refunded, upsert, upsert];
    const wrong = () => core.completeLogin({ challenge, code: "000000", client }).catch(() => {});
    expect(await tripsOf(wrong)).toEqual(admitted);
    const completed = [...admitted, "update", ...refunded, "delete", ...begin];
    const byCode = () => core.completeLogin({ challenge, code: next(), client });
    expect(await tripsOf(byCode)).toEqual(completed);
    await logIn();
    const byRecoveryCode = () => core.completeLogin({ challenge, recoveryCode, client });
    expect(await tripsOf(byRecoveryCode)).toEqual(completed);

    const again = () => core.reauthenticate({ accessToken, code: next(), client });
    expect(await tripsOf(again)).toEqual([
      ...["find+find", "find", upsert, "update", ...refunded],
      ...[upsert, "find+find"],
    ]);
    expect(await tripsOf(() => core.listFactors(accessToken))).toEqual(["find+find"]);
  });

  it("are as docs/storage.md says where the oldest session ends", async () => {
    const { users, sessions, revocations } = storage;
    const { core } = await makeCore(() => ({ users, sessions, revocations }), { MAX_SESSIONS: "1" });
    const account = { username: "Mary", email: "mary@example.com", password: "correct horse", client };
    await core.register(account);
    const { email, password } = account;
    expect(await tripsOf(() => core.login({ email, password, client }))).toEqual([
      "find",
      ...begin,
      ...["find", "find", "find", "update", "delete"],
    ]);
  });

  it("are one for however many keys or sessions", async () => {
    const keys = Array.from({ length: 300 }, (_, i) => `jti:${i}`);
    const until = new Date(Date.now() + 60_000);
    // a few at once: each has a deadline
    for (let at = 0; at < keys.length; at += 20) {
      const some = keys.slice(at, at + 20);
      await Promise.all(some.map((key) => storage.revocations.add(key, until)));
      await Promise.all(some.map((id) => storage.sessions.add(aSession({ id, userId: "ada" }))));
    }
    let found: ReadonlySet<string> = new Set();
    const find = async () => {
      found = await storage.revocations.find(keys, new Date());
    };
    expect(await tripsOf(find)).toEqual(["find"]);
    expect(found).toEqual(new Set(keys));
    for (const limit of [299, 300, 301]) {
      let listed: unknown[] = [];
      const list = async () => {
        listed = await storage.sessions.listOf("ada", limit);
      };
      expect(await tripsOf(list)).toEqual(["find"]);
      expect(listed).toHaveLength(Math.min(limit, 300));
    }
  });
});

/** The first trips, then the commands of the rest: a new session and refunds, which run concurrently. */
function inTwoChains(trips: readonly string[], first: number): string[][] {
  return [trips.slice(0, first), trips.slice(first).join("+").split("+").sort()];
}

const begun = ["aggregate", "delete", "find", "find", "insert", "update"];

/** The commands of a new session: find the newest one before it, insert it, count the sessions and read the user. */
const begin = ["find", "insert", "aggregate+find"];

type RoundTripCount = ReturnType<typeof countRoundTrips>;

/** Commands that are sent before any of them is answered are one round trip, `find+find`. */
function countRoundTrips() {
  const trips: string[][] = [];
  let isAnswered = true;
  return {
    onCommand(command: string, moment: "sent" | "answered" | "failed") {
      if (moment !== "sent") {
        isAnswered = true;
        return;
      }
      if (isAnswered) trips.push([]);
      isAnswered = false;
      trips.at(-1)?.push(command);
    },
    trips: () => trips.map((commands) => commands.join("+")),
    reset() {
      trips.length = 0;
      isAnswered = true;
    },
  };
}
