import { makeKeyMaker } from "../../src/adapters/jose/key-maker.ts";
import { openKeyRing } from "../../src/adapters/jose/key-ring.ts";
import { openMemoryStorage } from "../../src/adapters/memory/storage.ts";
import { makeKeepKeys } from "../../src/application/keys/keep-keys.ts";
import { makeListKeys } from "../../src/application/keys/list-keys.ts";
import { makeRetireKey } from "../../src/application/keys/retire-key.ts";
import { makeRotateKeys } from "../../src/application/keys/rotate-keys.ts";
import type { Clock } from "../../src/application/ports/clock.ts";
import type { RevocationRepository } from "../../src/application/ports/storage/revocations.ts";
import type { SigningKeyRepository } from "../../src/application/ports/storage/signing-keys.ts";

export interface RingSettings {
  readonly signingKeys: SigningKeyRepository;
  readonly clock: Clock;
  readonly sealingKeys: readonly [Uint8Array, ...Uint8Array[]];
  readonly audience: string;
  readonly revocations?: RevocationRepository;
  readonly algorithm?: "ES256" | "RS256";
  readonly keyRotationMs?: number;
  readonly publishAheadMs?: number;
}

export const RING_TIMES = {
  publishedMaxAgeMs: 300_000,
  publishAheadMs: 3_600_000,
  accessTokenTtlMs: 900_000,
  refreshTokenTtlMs: 30 * 86_400_000,
};

/** The claims of an access token issued at `now`. */
export function claims(now: Date) {
  return {
    userId: "u",
    sessionId: "s",
    epoch: 0,
    tokenId: "t",
    identity: "ada@example.com",
    username: "ada",
    emailVerified: false,
    authenticatedAt: now,
    amr: ["pwd"],
    fresh: false,
    isLimited: false,
    issuedAt: now,
    expiresAt: new Date(now.getTime() + RING_TIMES.accessTokenTtlMs),
  };
}

/** A ring of keys and what can be done with it, as the service wires them. */
export async function openRing(settings: RingSettings) {
  const { signingKeys, clock, sealingKeys, audience, algorithm = "ES256", keyRotationMs } = settings;
  const ringTimes = { ...RING_TIMES, publishAheadMs: settings.publishAheadMs ?? RING_TIMES.publishAheadMs };
  const deps = {
    clock,
    signingKeys,
    revocations: settings.revocations ?? openMemoryStorage().revocations,
    keyMaker: makeKeyMaker(algorithm, sealingKeys[0]),
    ringTimes,
    keyRotationMs,
    events: { report: () => {} },
  };
  const ring = await openKeyRing({
    keepKeys: makeKeepKeys(deps),
    repository: signingKeys,
    clock,
    times: ringTimes,
    algorithm,
    typ: "at+jwt",
    audience,
    sealingKeys,
  });
  return {
    ring,
    listKeys: makeListKeys(deps),
    rotateKeys: makeRotateKeys(deps),
    retireKey: makeRetireKey(deps),
  };
}
