import { describe, expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import type { StoredSigningKey } from "../../../src/application/ports/storage/signing-keys.ts";
import { revocationKey } from "../../../src/domain/revocation.ts";
import { refusal, START, testClock } from "../../support/core.ts";
import { openRing, RING_TIMES } from "../../support/ring.ts";
import { makeSteps } from "../../support/stepped.ts";

/**
 * Two processes on one ring. One pauses before each of its storage calls in turn while the other does all of its work.
 * Then the first goes on, or never does, as if killed there.
 */

const settings = { sealingKeys: [new Uint8Array(32).fill(7)] as const, audience: "https://auth.example.com" };
const DAY = 86_400_000;

type Storage = ReturnType<typeof openMemoryStorage>;
type Opened = Awaited<ReturnType<typeof openRing>>;

/** A ring with these keys, made by alternating processes. */
async function prepare(rotations: number) {
  const storage = openMemoryStorage();
  const clock = testClock();
  const { ring, rotateKeys } = await openRing({ ...settings, ...storage, clock });
  for (let rotation = 0; rotation < rotations; rotation += 1) {
    await rotateKeys();
    clock.advance(RING_TIMES.publishAheadMs);
    await ring.reload();
  }
  return { storage, clock, newest: ring.signingKey(clock.now()).kid as string };
}

async function alive({ signingKeys, revocations }: Storage, now: Date): Promise<StoredSigningKey[]> {
  const keys = await signingKeys.list();
  const retired = await revocations.find(
    keys.map(({ kid }) => revocationKey.signingKey(kid)),
    now,
  );
  return keys.filter(({ kid }) => !retired.has(revocationKey.signingKey(kid)));
}

const works: Record<string, (opened: Opened, kid: string) => Promise<unknown>> = {
  "retires the key": ({ retireKey }, kid) => retireKey(kid).catch(() => {}),
  "reloads its ring": ({ ring }) => ring.reload(),
};

describe.each([0, 1, 2])("after %i rotations, the newest key that is retired", (rotations) => {
  for (const [what, slow] of Object.entries(works)) {
    it.each([true, false])(
      `gets one successor, where one process ${what} and stands still at any step (going on: %s)`,
      async (goesOn) => {
        for (let stop = 0; ; stop += 1) {
          const { storage, clock, newest } = await prepare(rotations);
          const one = await openRing({ ...settings, ...storage, clock });
          const steps = makeSteps(stop);
          const stepping = {
            signingKeys: steps.wrap(storage.signingKeys),
            revocations: steps.wrap(storage.revocations),
          };
          // its ring is from before the retirement of the key
          const other = await openRing({ ...settings, ...storage, clock });
          const before = (await storage.signingKeys.list()).length;
          await storage.revocations.add(
            revocationKey.signingKey(newest),
            new Date(clock.now().getTime() + DAY),
          );
          const slowly = openRing({ ...settings, ...stepping, clock }).then((opened) => slow(opened, newest));
          const isOver = await Promise.race([slowly.then(() => true), steps.reached.then(() => false)]);
          await one.ring.reload();
          await other.ring.reload();
          if (goesOn) steps.goOn();
          if (goesOn) await slowly;
          await Promise.all([one.ring.reload(), other.ring.reload()]);
          const keys = await alive(storage, clock.now());
          expect([stop, keys.length]).toEqual([stop, before]);
          expect(keys.map(({ kid }) => kid)).not.toContain(newest);
          expect((await storage.signingKeys.list()).length).toBe(before);
          expect(one.ring.signingKey(clock.now()).kid).toBe(other.ring.signingKey(clock.now()).kid);
          if (isOver) break;
        }
      },
    );
  }
});

it("a retired key gets a successor that signs at once, if its predecessor can no longer sign", async () => {
  const { storage, clock, newest } = await prepare(1);
  clock.advance(RING_TIMES.accessTokenTtlMs + DAY);
  const { ring, retireKey } = await openRing({ ...settings, ...storage, clock });
  const [old] = (await storage.signingKeys.list()).filter(({ kid }) => kid !== newest);
  expect(old).toMatchObject({ sealedPrivateKey: undefined });
  await retireKey(newest);
  await ring.reload();
  expect([old?.kid, newest]).not.toContain(ring.signingKey(clock.now()).kid);
});

it("a retired key gets a successor that is published ahead, if its predecessor still verifies", async () => {
  const { storage, clock, newest } = await prepare(1);
  const { ring, retireKey, listKeys } = await openRing({ ...settings, ...storage, clock });
  await retireKey(newest);
  expect((await listKeys()).map(({ state }) => state)).toEqual(["signing", "next"]);
  await ring.reload();
  const [old, next] = await listKeys();
  expect(ring.signingKey(clock.now()).kid).toBe(old?.kid);
  clock.advance(RING_TIMES.publishAheadMs);
  expect(ring.signingKey(clock.now()).kid).toBe(next?.kid);
});

describe("while the clock is earlier than the first key", () => {
  it("no key is made, none signs, and the first one does once the clock has come to it", async () => {
    const { storage, clock, newest } = await prepare(0);
    const behind = { now: () => new Date(clock.now().getTime() - 60_000) };
    const { ring } = await openRing({ ...settings, ...storage, clock: behind });
    await ring.reload();
    expect(await storage.signingKeys.list()).toHaveLength(1);
    expect(await refusal((async () => ring.signingKey(behind.now()))())).toBe("signing_key_not_yet_valid");
    clock.advance(60_000);
    expect(ring.signingKey(behind.now()).kid).toBe(newest);
  });

  it("retiring that key gives one that signs at once: a way out where the clock was ahead before", async () => {
    const storage = openMemoryStorage();
    const ahead = { now: () => new Date(START.getTime() + 365 * DAY) };
    const first = (await openRing({ ...settings, ...storage, clock: ahead })).ring.signingKey(ahead.now());
    const clock = testClock();
    const { ring, retireKey } = await openRing({ ...settings, ...storage, clock });
    await retireKey(first.kid as string);
    await ring.reload();
    expect(ring.signingKey(clock.now()).kid).not.toBe(first.kid);
    expect(await storage.signingKeys.list()).toHaveLength(1);
  });
});
