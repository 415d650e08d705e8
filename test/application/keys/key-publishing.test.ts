import { describe, expect, it } from "vitest";
import { makeTokens } from "../../../src/adapters/jose/tokens.ts";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { refusal, START, testClock } from "../../support/core.ts";
import { claims, openRing, RING_TIMES } from "../../support/ring.ts";
import { makeSteps } from "../../support/stepped.ts";

/** Keys are published for some time before they sign, with a few exceptions. */

const ISSUER = "https://auth.example.com";
const sealingKeys = [new Uint8Array(32).fill(7)] as const;
const settings = { sealingKeys, audience: ISSUER };
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

type Storage = ReturnType<typeof openMemoryStorage>;

async function open(storage: Storage, clock: ReturnType<typeof testClock>, more = {}) {
  const opened = await openRing({ ...settings, ...storage, clock, ...more });
  const tokens = makeTokens({ issuer: ISSUER, accessKeys: opened.ring, refreshKeys: sealingKeys });
  const signsWith = () => opened.ring.signingKey(clock.now()).kid;
  const published = () => opened.ring.publicKeys(clock.now()).map(({ kid }) => kid);
  return { ...opened, tokens, signsWith, published };
}

/** A verifier that fetches keys every 15 minutes, never for an unknown `kid`, by a cache that obeys `max-age`. */
function makeVerifier(
  published: () => (string | undefined)[],
  clock: ReturnType<typeof testClock>,
  minutesSinceFetched: number,
) {
  const inFront = { at: Number.NEGATIVE_INFINITY, kids: published() };
  const copy = { at: START.getTime() - minutesSinceFetched * MINUTE, kids: inFront.kids };
  const fetchAt = (place: typeof copy, every: number, from: () => (string | undefined)[]) => {
    const now = clock.now().getTime();
    if (now - place.at >= every) Object.assign(place, { at: now, kids: from() });
    return place.kids;
  };
  return () =>
    fetchAt(copy, 15 * MINUTE, () => fetchAt(inFront, RING_TIMES.publishedMaxAgeMs, published)).slice();
}

describe("a verifier that asks for the keys every 15 minutes and for no unknown kid", () => {
  it.each([
    ["on a schedule", 6 * HOUR],
    ["on a schedule shorter than the time ahead", 30 * MINUTE],
    ["by an operator", undefined],
  ])("has the key of every token, where keys rotate %s", async (_how, keyRotationMs) => {
    const storage = openMemoryStorage();
    const clock = testClock();
    let one = await open(storage, clock, { keyRotationMs });
    const verifiers = Array.from({ length: 15 }, (_, age) => makeVerifier(() => one.published(), clock, age));
    const signers = new Set<string | undefined>();
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      if (keyRotationMs === undefined && minute % 400 === 100) await one.rotateKeys();
      // restarts now and then, also between publishing and signing
      if (minute % 100 === 30) one = await open(storage, clock, { keyRotationMs });
      else await one.ring.reload();
      signers.add(one.signsWith());
      const unable = verifiers.filter((knows) => !knows().includes(one.signsWith()));
      expect([minute, unable.length]).toEqual([minute, 0]);
      clock.advance(MINUTE);
    }
    expect(signers.size).toBeGreaterThan(3);
  });
});

it("the first key of a store signs at once", async () => {
  const clock = testClock();
  const one = await open(openMemoryStorage(), clock);
  expect(one.published()).toEqual([one.signsWith()]);
});

it.each([
  [0, 2 * RING_TIMES.publishedMaxAgeMs],
  [24 * HOUR, 24 * HOUR],
])("with %d ms ahead a key is published for %d ms", async (publishAheadMs, lasts) => {
  const { activeAt } = await (await open(openMemoryStorage(), testClock(), { publishAheadMs })).rotateKeys();
  expect(activeAt.getTime() - START.getTime()).toBe(lasts);
});

it("a clock that steps back or forth between publishing and signing leaves two processes agreeing", async () => {
  const storage = openMemoryStorage();
  const clock = testClock();
  const [one, two] = [await open(storage, clock), await open(storage, clock)];
  const first = one.signsWith();
  const { kid } = await one.rotateKeys();
  for (const [step, signer] of [
    [65 * MINUTE, kid],
    [-30 * MINUTE, first],
    [30 * MINUTE, kid],
  ] as const) {
    clock.advance(step);
    for (const process of [one, two]) {
      await process.ring.reload();
      expect(process.signsWith()).toBe(signer);
      const token = await process.tokens.issueAccess(claims(clock.now()));
      expect(await refusal(one.tokens.verifyAccess(token, clock.now()))).toBe("none");
      expect(await refusal(two.tokens.verifyAccess(token, clock.now()))).toBe("none");
    }
  }
  expect(await storage.signingKeys.list()).toHaveLength(2);
});

describe("a key that is to sign at once", () => {
  it("does, and no process refuses a token of it or of the key before it", async () => {
    const storage = openMemoryStorage();
    const clock = testClock();
    const [one, two] = [await open(storage, clock), await open(storage, clock)];
    clock.advance(MINUTE);
    const before = one.signsWith();
    const { kid } = await one.rotateKeys("at once");
    await one.ring.reload();
    expect([one.signsWith(), two.signsWith()]).toEqual([kid, before]);
    const early = await one.tokens.issueAccess(claims(clock.now()));
    expect(await refusal(two.tokens.verifyAccess(early, clock.now()))).toBe("none");
    // the other process reloads as rarely as in operation: every 5 seconds
    clock.advance(5 * SECOND - 1);
    const last = await two.tokens.issueAccess(claims(clock.now()));
    await two.ring.reload();
    expect(two.signsWith()).toBe(kid);
    clock.advance(RING_TIMES.accessTokenTtlMs - 1);
    for (const { tokens, ring } of [one, two]) {
      await ring.reload();
      expect(await refusal(tokens.verifyAccess(last, clock.now()))).toBe("none");
      expect(ring.publicKeys(clock.now()).map((key) => key.kid)).toEqual([before, kid]);
    }
  });

  it("is made though another process takes the place for one that is published ahead", async () => {
    for (let stop = 0; ; stop += 1) {
      const storage = openMemoryStorage();
      const clock = testClock();
      const other = await open(storage, clock);
      const steps = makeSteps(stop);
      const stepping = {
        signingKeys: steps.wrap(storage.signingKeys),
        revocations: steps.wrap(storage.revocations),
      };
      clock.advance(MINUTE);
      const now = clock.now();
      const slowly = open({ ...storage, ...stepping }, clock).then(({ rotateKeys }) => rotateKeys("at once"));
      const isOver = await Promise.race([slowly.then(() => true), steps.reached.then(() => false)]);
      if (!isOver) await other.rotateKeys();
      steps.goOn();
      const { kid, activeAt } = await slowly;
      expect([stop, activeAt]).toEqual([stop, now]);
      await other.ring.reload();
      expect(other.signsWith()).toBe(kid);
      if (isOver) break;
    }
  });

  it("is one, where two processes ask for it at the same moment", async () => {
    const storage = openMemoryStorage();
    const clock = testClock();
    const both = [await open(storage, clock), await open(storage, clock)];
    clock.advance(MINUTE);
    const made = await Promise.all(both.map(({ rotateKeys }) => rotateKeys("at once")));
    expect(new Set(made.map(({ kid }) => kid)).size).toBe(1);
    expect(await storage.signingKeys.list()).toHaveLength(2);
  });

  it("does not end one that is published already, which signs when its time comes", async () => {
    const storage = openMemoryStorage();
    const clock = testClock();
    const one = await open(storage, clock);
    const next = await one.rotateKeys();
    clock.advance(SECOND);
    const now = await one.rotateKeys("at once");
    await one.ring.reload();
    expect([one.signsWith(), one.published().includes(next.kid)]).toEqual([now.kid, true]);
    clock.advance(HOUR);
    expect(one.signsWith()).toBe(next.kid);
  });

  it("signs a second later than the one before it, which is superseded then", async () => {
    const clock = testClock();
    const { rotateKeys, listKeys, ring } = await open(openMemoryStorage(), clock);
    for (const at of [1, 2]) {
      expect((await rotateKeys("at once")).activeAt.getTime() - START.getTime()).toBe(at * SECOND);
      clock.advance(SECOND);
    }
    await ring.reload();
    expect((await listKeys()).map(({ state }) => state)).toEqual(["verifying", "verifying", "signing"]);
  });

  it("is refused while the clock is earlier than every key", async () => {
    const storage = openMemoryStorage();
    const clock = testClock();
    await open(storage, clock);
    clock.advance(-MINUTE);
    const { rotateKeys } = await open(storage, clock);
    expect(await refusal(rotateKeys("at once"))).toBe("signing_key_not_yet_valid");
    expect(await storage.signingKeys.list()).toHaveLength(1);
  });
});
