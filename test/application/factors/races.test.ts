import { afterEach, describe, expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import type { Storage } from "../../../src/application/ports/storage/storage.ts";
import { ada, client, makeCore, refusal, testClock } from "../../support/core.ts";
import { authenticator, type Core, challengeOf, MINUTE, withTotp } from "../../support/second-factor.ts";
import { lmdbHarness } from "../../support/storage-lmdb.ts";
import { mongoHarness, mongoServer } from "../../support/storage-mongodb.ts";

/** Many uses of one code at the same time, through two cores over one storage, that stand for two processes. */

const AT_ONCE = 50;
const ROUNDS = Number(process.env.FACTOR_ROUNDS ?? 5);

const lmdb = lmdbHarness();
const mongodb = mongoHarness();
const STORAGES: Record<string, () => Promise<Storage>> = {
  memory: async () => openMemoryStorage(),
  lmdb: () => lmdb.open(),
  ...(mongoServer && { mongodb: () => mongodb.open() }),
};
afterEach(async () => {
  await lmdb.cleanup();
  if (mongoServer) await mongodb.cleanup();
});

/** What each of many attempts ended with, made by two cores by turns. */
const atOnce = (cores: readonly Core[], attempt: (core: Core, racer: number) => Promise<unknown>) =>
  Promise.all(
    Array.from({ length: AT_ONCE }, (_, racer) => refusal(attempt(cores[racer % 2] as Core, racer))),
  );

const oneWins = (outcomes: string[]) => {
  expect(outcomes.filter((outcome) => outcome === "none")).toHaveLength(1);
  expect(new Set(outcomes)).toEqual(new Set(["none", "invalid_factor"]));
};

describe.each(Object.entries(STORAGES))("on %s", (_, open) => {
  async function twoCores() {
    const shared = { storage: await open(), clock: testClock() };
    const [one, other] = [await makeCore(undefined, {}, shared), await makeCore(undefined, {}, shared)];
    return { ...(await withTotp(one)), cores: [one, other] as const };
  }

  const sessionsOf = async ({ storage }: Core) => (await storage.sessions.list(undefined, 1_000)).length;

  const challenges = (cores: readonly Core[]) =>
    Promise.all(Array.from({ length: AT_ONCE }, (_, racer) => challengeOf(cores[racer % 2] as Core)));

  it(`of ${AT_ONCE} uses of a code one gives a session, ${ROUNDS} times`, async () => {
    const { core, cores, code } = await twoCores();
    for (let round = 0; round < ROUNDS; round += 1) {
      core.clock.advance(MINUTE);
      const before = await sessionsOf(core);
      const each = await challenges(cores);
      const right = code(core);
      oneWins(
        await atOnce(cores, (by, racer) =>
          by.completeLogin({ challenge: each[racer] as string, code: right, client }),
        ),
      );
      expect(await sessionsOf(core)).toBe(before + 1);
    }
  }, 600_000);

  it(`of ${AT_ONCE} uses of a recovery code one gives a session, ${ROUNDS} times`, async () => {
    const { core, own, cores } = await twoCores();
    let codes: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      if (codes.length === 0) codes = await renewed(core, own.refreshToken);
      const recoveryCode = codes.pop();
      const before = await sessionsOf(core);
      const each = await challenges(cores);
      oneWins(
        await atOnce(cores, (by, racer) =>
          by.completeLogin({ challenge: each[racer] as string, recoveryCode, client }),
        ),
      );
      expect(await sessionsOf(core)).toBe(before + 1);
      const { accessToken } = await core.refresh(own.refreshToken);
      expect((await core.listFactors(accessToken)).recoveryCodesLeft).toBe(codes.length);
    }
  }, 600_000);

  async function renewed(core: Core, refreshToken: string): Promise<string[]> {
    return core.renewRecoveryCodes((await core.refresh(refreshToken)).accessToken);
  }

  it(`of ${AT_ONCE} uses of a code, by logins and reauthentications, one succeeds`, async () => {
    const { core, own, cores, code } = await twoCores();
    const each = await challenges(cores);
    const right = code(core);
    oneWins(
      await atOnce(cores, (by, racer) =>
        racer % 3 === 0
          ? by.reauthenticate({ accessToken: own.accessToken, code: right, client })
          : by.completeLogin({ challenge: each[racer] as string, code: right, client }),
      ),
    );
  });

  it("ten recovery codes at once give ten sessions, and none is left", async () => {
    const { core, own, cores, recoveryCodes } = await twoCores();
    const before = await sessionsOf(core);
    const each = await challenges(cores);
    const outcomes = await atOnce(cores, (by, racer) =>
      by.completeLogin({ challenge: each[racer] as string, recoveryCode: recoveryCodes[racer % 10], client }),
    );
    expect(outcomes.filter((outcome) => outcome === "none")).toHaveLength(10);
    expect(await sessionsOf(core)).toBe(before + 10);
    const { accessToken } = await core.refresh(own.refreshToken);
    expect((await core.listFactors(accessToken)).recoveryCodesLeft).toBe(0);
  });

  it("one challenge gives one session, whatever answers come at once", async () => {
    const { core, cores, code, recoveryCodes } = await twoCores();
    const challenge = await challengeOf(core);
    const before = await sessionsOf(core);
    const answers = [{ code: code(core) }, { code: code(core, 1) }].concat(
      recoveryCodes.map((recoveryCode) => ({ recoveryCode })) as never,
    );
    const outcomes = await atOnce(cores, (by, racer) =>
      by.completeLogin({ challenge, client, ...answers[racer % answers.length] }),
    );
    oneWins(outcomes);
    expect(await sessionsOf(core)).toBe(before + 1);
  });

  it("of many confirmations one sets the authenticator up, and shows the recovery codes that hold", async () => {
    const shared = { storage: await open(), clock: testClock() };
    const cores = [await makeCore(undefined, {}, shared), await makeCore(undefined, {}, shared)] as const;
    const [core] = cores;
    const { accessToken } = await core.register(ada);
    const shows = authenticator((await core.beginTotp(accessToken)).secret);
    const shown: string[][] = [];
    const outcomes = await atOnce(cores, async (by) => {
      shown.push(await by.confirmTotp({ accessToken, code: shows.code(core) }));
    });
    expect(outcomes.filter((outcome) => outcome === "none")).toHaveLength(1);
    expect(new Set(outcomes)).toEqual(new Set(["none", "factor_exists"]));
    const [recoveryCode] = shown[0] as string[];
    const answer = core.completeLogin({ challenge: await challengeOf(core), recoveryCode, client });
    expect(await refusal(answer)).toBe("none");
  });

  it("of many secrets at once one waits, and its code sets it up", async () => {
    const shared = { storage: await open(), clock: testClock() };
    const cores = [await makeCore(undefined, {}, shared), await makeCore(undefined, {}, shared)] as const;
    const [core] = cores;
    const { accessToken } = await core.register(ada);
    const secrets: string[] = [];
    await atOnce(cores, async (by) => void secrets.push((await by.beginTotp(accessToken)).secret));
    expect(secrets).toHaveLength(AT_ONCE);
    const outcomes: string[] = [];
    for (const secret of secrets) {
      const code = authenticator(secret).code(core);
      outcomes.push(await refusal(core.confirmTotp({ accessToken, code })));
    }
    expect(outcomes.filter((outcome) => outcome === "none")).toHaveLength(1);
  });
});
