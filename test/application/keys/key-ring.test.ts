import { describe, expect, it } from "vitest";
import { makeTokens } from "../../../src/adapters/jose/tokens.ts";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { refusal, START, testClock } from "../../support/core.ts";
import { claims, openRing, RING_TIMES } from "../../support/ring.ts";

const ISSUER = "https://auth.example.com";
const sealingKeys = [new Uint8Array(32).fill(7)] as const;
const refreshKeys = sealingKeys;
const MINUTE = 60_000;

/** Two processes with a ring each, with one storage and one clock. */
async function twoProcesses(keyRotationMs?: number) {
  const { signingKeys, revocations } = openMemoryStorage();
  const clock = testClock();
  const open = async () => {
    const settings = { signingKeys, revocations, clock, sealingKeys, audience: ISSUER };
    const opened = await openRing({ ...settings, ...(keyRotationMs && { keyRotationMs }) });
    const tokens = makeTokens({ issuer: ISSUER, accessKeys: opened.ring, refreshKeys });
    return { ...opened, tokens };
  };
  const one = await open();
  return { one, two: await open(), clock, signingKeys, revocations };
}

describe("a rotation", () => {
  it("refuses no valid token and always publishes what verifies, whenever each process reloads", async () => {
    const { one, two, clock } = await twoProcesses();
    await one.rotateKeys();
    clock.advance(RING_TIMES.publishAheadMs - 20 * MINUTE);
    const issued: { token: string; until: number }[] = [];
    const kids = new Set<string | undefined>();
    // each reloads at its own pace, well within the time for which the next key is published ahead
    for (let minute = 0; minute <= 40; minute += 1) {
      if (minute % 2 === 0) await one.ring.reload();
      if (minute % 7 === 0) await two.ring.reload();
      for (const { tokens } of [one, two]) {
        const token = await tokens.issueAccess(claims(clock.now()));
        issued.push({ token, until: clock.now().getTime() + RING_TIMES.accessTokenTtlMs });
        kids.add(one.ring.signingKey(clock.now()).kid);
      }
      for (const { token, until } of issued) {
        if (clock.now().getTime() > until) continue;
        for (const { tokens, ring } of [one, two]) {
          const { keyId } = await tokens.verifyAccess(token, clock.now());
          expect(ring.publicKeys(clock.now()).map(({ kid }) => kid)).toContain(keyId);
        }
      }
      clock.advance(MINUTE);
    }
    expect(kids.size).toBe(2);
  });

  it("publishes the next key an hour ahead, then signs with it", async () => {
    const { one, clock, signingKeys } = await twoProcesses();
    const before = one.ring.signingKey(clock.now()).kid;
    const { kid } = await one.rotateKeys();
    await one.ring.reload();
    expect(one.ring.publicKeys(clock.now()).map((key) => key.kid)).toEqual([before, kid]);
    clock.advance(60 * MINUTE - 1);
    expect(one.ring.signingKey(clock.now()).kid).toBe(before);
    clock.advance(1);
    expect(one.ring.signingKey(clock.now()).kid).toBe(kid);
    expect((await one.listKeys()).map(({ state }) => state)).toEqual(["verifying", "signing"]);
    clock.advance(RING_TIMES.accessTokenTtlMs + 10_001);
    expect(one.ring.publicKeys(clock.now()).map((key) => key.kid)).toEqual([kid]);
    await one.ring.reload();
    const [old] = await signingKeys.list();
    expect([old?.kid, old?.sealedPrivateKey]).toEqual([before, undefined]);
  });

  it("keeps the old public half for logging out with expired tokens, as long as a session may live", async () => {
    const { one, clock, signingKeys } = await twoProcesses();
    const token = await one.tokens.issueAccess(claims(clock.now()));
    await one.rotateKeys();
    clock.advance(RING_TIMES.publishAheadMs + RING_TIMES.refreshTokenTtlMs);
    await one.ring.reload();
    expect(await refusal(one.tokens.verifyAccess(token, clock.now()))).toBe("expired_token");
    expect(await refusal(one.tokens.verifyAccess(token, clock.now(), { evenExpired: true }))).toBe("none");
    clock.advance(MINUTE);
    await one.ring.reload();
    expect(await signingKeys.list()).toHaveLength(1);
    expect(await refusal(one.tokens.verifyAccess(token, clock.now(), { evenExpired: true }))).toBe(
      "invalid_token",
    );
  });

  it("on a schedule happens once, whichever process is first", async () => {
    const every = 24 * 60 * MINUTE;
    const { one, two, clock, signingKeys } = await twoProcesses(every);
    for (let hour = 0; hour < 24 * 3 + 1; hour += 1) {
      clock.advance(60 * MINUTE);
      await Promise.all([one.ring.reload(), two.ring.reload()]);
      expect(one.ring.signingKey(clock.now()).kid).toBe(two.ring.signingKey(clock.now()).kid);
    }
    const keys = (await signingKeys.list()).sort((a, b) => a.sequence - b.sequence);
    expect(keys.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect(clock.now().getTime() - START.getTime()).toBeGreaterThan(3 * every);
  });
});

describe("a retired key", () => {
  it("is replaced at once, removed, and named by an entry", async () => {
    const { one, two, clock, signingKeys, revocations } = await twoProcesses();
    const { kid = "" } = one.ring.signingKey(clock.now());
    await one.retireKey(kid);
    expect(await revocations.find([`kid:${kid}`], clock.now())).toEqual(new Set([`kid:${kid}`]));
    expect((await signingKeys.list()).map((key) => key.kid)).not.toContain(kid);
    await Promise.all([one.ring.reload(), two.ring.reload()]);
    expect(one.ring.signingKey(clock.now()).kid).not.toBe(kid);
    const token = await one.tokens.issueAccess(claims(clock.now()));
    expect(await refusal(two.tokens.verifyAccess(token, clock.now()))).toBe("none");
    expect(await refusal(one.retireKey(kid))).toBe("not_found");
  });

  it("is replaced by the next reload of any process, if the one that retires it dies on the way", async () => {
    const { one, two, clock, revocations } = await twoProcesses();
    const { kid = "" } = one.ring.signingKey(clock.now());
    await revocations.add(`kid:${kid}`, new Date(clock.now().getTime() + MINUTE));
    await two.ring.reload();
    expect(two.ring.signingKey(clock.now()).kid).not.toBe(kid);
    expect(await one.listKeys()).toHaveLength(1);
  });
});

it("the first key is one, however two processes meet that start on an empty storage", async () => {
  const { signingKeys, revocations } = openMemoryStorage();
  const settings = { revocations, clock: testClock(), sealingKeys, audience: ISSUER };
  let other: ReturnType<typeof openRing> | undefined;
  const slower = {
    ...signingKeys,
    async list() {
      const seen = await signingKeys.list();
      // between the read and the write of the slower one, the other starts and is ready
      other ??= openRing({ ...settings, signingKeys });
      await other;
      return seen;
    },
  };
  const one = await openRing({ ...settings, signingKeys: slower });
  const kids = [one, await other].map((opened) => opened?.ring.signingKey(START).kid);
  expect(new Set(kids).size).toBe(1);
  expect(await signingKeys.list()).toHaveLength(1);
});

it("a key that was made just after a ring had reloaded is found by all tokens that come at once", async () => {
  const { one, two, clock } = await twoProcesses();
  await two.ring.reload();
  await one.retireKey(one.ring.signingKey(clock.now()).kid ?? "");
  await one.ring.reload();
  const token = await one.tokens.issueAccess(claims(clock.now()));
  const results = Array.from({ length: 3 }, () => refusal(two.tokens.verifyAccess(token, clock.now())));
  expect(await Promise.all(results)).toEqual(["none", "none", "none"]);
});

it("an unknown kid makes a ring reload, once a second at most", async () => {
  const { one, two, clock, signingKeys } = await twoProcesses();
  let lists = 0;
  const { list } = signingKeys;
  signingKeys.list = () => {
    lists += 1;
    return list();
  };
  const { kid = "" } = one.ring.signingKey(clock.now());
  await one.retireKey(kid);
  await one.ring.reload();
  const token = await one.tokens.issueAccess(claims(clock.now()));
  clock.advance(1_000);
  expect(await refusal(two.tokens.verifyAccess(token, clock.now()))).toBe("none");
  lists = 0;
  const forged = token.replace(
    /^[^.]+/,
    Buffer.from('{"typ":"at+jwt","alg":"ES256","kid":"?"}').toString("base64url"),
  );
  for (let times = 0; times < 50; times += 1) {
    expect(await refusal(two.tokens.verifyAccess(forged, clock.now()))).toBe("invalid_token");
  }
  expect(lists).toBe(0);
  clock.advance(1_000);
  await Promise.all(Array.from({ length: 50 }, () => refusal(two.tokens.verifyAccess(forged, clock.now()))));
  expect(lists).toBe(1);
});
