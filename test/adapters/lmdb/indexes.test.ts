import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { openEnvironment } from "../../../src/adapters/lmdb/environment.ts";
import type { SessionRecord } from "../../../src/adapters/lmdb/session-record.ts";
import type { Storage } from "../../../src/application/ports/storage/storage.ts";
import { lmdbHarness } from "../../support/storage-lmdb.ts";
import { aMail, aOneTimeToken, aSession } from "../../support/storage-samples.ts";

const harness = lmdbHarness();
afterEach(() => harness.cleanup());

/** The contents of all databases of a store, read without the repositories. */
async function contentsOf(directory: string) {
  const { database, read, close } = await openEnvironment(directory);
  const sessions = database<SessionRecord>("sessions");
  const revocations = database<number>("revocations");
  const tokens = database<{ expiresAt: number; userId: string }>("oneTimeTokens");
  const mails = database<{ dueAt: number; isNotice: boolean }>("outbox");
  const indexes = [
    "sessionsByUser",
    "sessionsByEnd",
    "revocationsByEnd",
    "oneTimeTokensByUser",
    "oneTimeTokensByEnd",
    "outboxByDue",
    "outboxNoticesByDue",
  ].map((name) => [name, database<unknown, (string | number)[]>(name)] as const);
  const contents = await read(() => ({
    sessions: Array.from(sessions.getRange(), ({ value }) => value),
    revocations: Array.from(revocations.getRange(), ({ key, value }) => [value, key]),
    tokens: Array.from(tokens.getRange(), ({ key, value }) => ({ ...value, id: key })),
    mails: Array.from(mails.getRange(), ({ key, value }) => ({ ...value, index: [value.dueAt, key] })),
    indexes: Object.fromEntries(indexes.map(([name, index]) => [name, Array.from(index.getKeys())])),
  }));
  await close();
  return contents;
}

/** Ids and keys at the edges of LMDB's order, some of them prefixes of others. */
const text = fc.constantFrom("a", "a ", "a!", "ab", "ab0", "b", "ä", "\u{1f600}", "x".repeat(900), "~");
const moment = fc
  .constantFrom(-8.64e15, -2, -1, 0, 1, 2, 500, 501, 2 ** 31, 2 ** 32, 1.7e12, 1.7e12 + 1, 8.64e15)
  .map((ms) => new Date(ms));
const few = fc.integer({ min: 0, max: 3 });

type Step = (storage: Storage) => Promise<unknown>;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({ id: text, userId: text, epoch: few, createdAt: moment, expiresAt: moment, generation: few })
      .map((session) => (storage: Storage) => storage.sessions.add(aSession(session)).catch(refusedAsTaken)),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(text, moment).map((entry) => (storage: Storage) => storage.revocations.add(...entry)),
  },
  fc.tuple(text, few, moment).map(
    (step) =>
      ({ sessions }: Storage) =>
        sessions.advance(...step),
  ),
  fc.tuple(text, moment).map(
    (use) =>
      ({ sessions }: Storage) =>
        sessions.touch(...use),
  ),
  text.map(
    (id) =>
      ({ sessions }: Storage) =>
        sessions.remove(id),
  ),
  fc.tuple(text, few, fc.option(text, { nil: undefined })).map(
    (earlier) =>
      ({ sessions }: Storage) =>
        sessions.removeEarlier(...earlier),
  ),
  fc.tuple(moment, few).map(
    (swept) =>
      ({ sessions }: Storage) =>
        sessions.sweep(...swept),
  ),
  fc.tuple(moment, few).map(
    (swept) =>
      ({ revocations }: Storage) =>
        revocations.sweep(...swept),
  ),
);

const mailStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({ userId: text, id: text, expiresAt: moment })
      .map((token) => (storage: Storage) => storage.oneTimeTokens.put(aOneTimeToken(token))),
  },
  text.map(
    (id) =>
      ({ oneTimeTokens }: Storage) =>
        oneTimeTokens.consume(id),
  ),
  text.map(
    (userId) =>
      ({ oneTimeTokens }: Storage) =>
        oneTimeTokens.removeOf(userId),
  ),
  fc.tuple(text, moment).map(
    (end) =>
      ({ oneTimeTokens }: Storage) =>
        oneTimeTokens.prolong(...end),
  ),
  fc.tuple(moment, few).map(
    (swept) =>
      ({ oneTimeTokens }: Storage) =>
        oneTimeTokens.sweep(...swept),
  ),
  {
    weight: 4,
    arbitrary: fc
      .record({ id: text, attempts: few, dueAt: moment, isNotice: fc.boolean() })
      .map((mail) => (storage: Storage) => storage.outbox.add(aMail(mail))),
  },
  fc.tuple(text, few, moment).map(
    (attempt) =>
      ({ outbox }: Storage) =>
        outbox.begin(...attempt),
  ),
  text.map(
    (id) =>
      ({ outbox }: Storage) =>
        outbox.remove(id),
  ),
);

const anyStep = fc.oneof(step, mailStep);

function refusedAsTaken(error: Error): void {
  expect(error.message).toBe("The id is in use");
}

describe("lmdb: the indexes", () => {
  it("agree with their records after any steps", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anyStep, { maxLength: 4 }), { maxLength: 40 }), async (turns) => {
        const directory = await harness.directory();
        const storage = await harness.openAt(directory);
        for (const turn of turns) await Promise.all(turn.map((step) => step(storage)));

        const { sessions, revocations, tokens, mails, indexes } = await contentsOf(directory);
        expect(sorted(indexes)).toEqual(
          sorted({
            sessionsByUser: sessions.map(({ userId, createdAt, id }) => [userId, createdAt, id]),
            sessionsByEnd: sessions.map(({ expiresAt, id }) => [expiresAt, id]),
            revocationsByEnd: revocations,
            oneTimeTokensByUser: tokens.map(({ userId, id }) => [userId, id]),
            oneTimeTokensByEnd: tokens.map(({ expiresAt, id }) => [expiresAt, id]),
            outboxByDue: mails.filter(({ isNotice }) => !isNotice).map(({ index }) => index),
            outboxNoticesByDue: mails.filter(({ isNotice }) => isNotice).map(({ index }) => index),
          }),
        );
        for (const { userId } of sessions) {
          const listed = await storage.sessions.listOf(userId, 1000);
          const own = sessions.filter((session) => session.userId === userId);
          expect(listed.map(({ id }) => id).sort()).toEqual(own.map(({ id }) => id).sort());
        }
        await harness.cleanup();
      }),
      { numRuns: 60 },
    );
  });

  it("hold the longest texts that the store takes, two in one key", async () => {
    const directory = await harness.directory();
    const storage = await harness.openAt(directory);
    const taken: number[] = [];
    for (let length = 890; length < 1100; length += 10) {
      const session = aSession({ id: "x".repeat(length), userId: "y".repeat(length) });
      try {
        await storage.sessions.add(session);
        taken.push(length);
      } catch (error) {
        expect((error as Error).message).toMatch(/cannot hold a key/);
      }
      const listed = await storage.sessions.listOf(session.userId, 1);
      expect(listed).toStrictEqual(taken.includes(length) ? [session] : []);
    }
    expect(taken).toEqual([890, 900]);
  });

  it("are not changed by a refused add", async () => {
    const directory = await harness.directory();
    const storage = await harness.openAt(directory);
    const session = aSession();
    await storage.sessions.add(session);
    const before = await contentsOf(directory);
    await expect(
      storage.sessions.add(aSession({ id: session.id, expiresAt: new Date(0) })),
    ).rejects.toThrow();
    expect(await contentsOf(directory)).toEqual(before);
  });
});

function sorted(indexes: Record<string, unknown[]>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(indexes).map(([name, keys]) => [name, keys.map((key) => JSON.stringify(key)).sort()]),
  );
}
