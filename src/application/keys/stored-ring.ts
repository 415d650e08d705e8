import type { RingTimes } from "../../domain/key-ring.ts";
import type { Clock } from "../ports/clock.ts";
import type { KeyMaker } from "../ports/key-maker.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { SigningKeyRepository, StoredSigningKey } from "../ports/storage/signing-keys.ts";

/** The stored ring of signing keys, as the use cases of this folder read and extend it. */

export interface StoredRingDeps {
  readonly clock: Clock;
  readonly signingKeys: SigningKeyRepository;
  readonly revocations: RevocationRepository;
  readonly keyMaker: KeyMaker;
  readonly events: SecurityEvents;
  readonly ringTimes: RingTimes;
  /** The time for which a key signs before the next one does, in milliseconds; `undefined` without a schedule. */
  readonly keyRotationMs: number | undefined;
}

/** The keys of the algorithm in use, in ascending order of their sequence. */
export async function keysOf({ signingKeys, keyMaker }: StoredRingDeps): Promise<StoredSigningKey[]> {
  const ofAlgorithm = (await signingKeys.list()).filter(({ algorithm }) => algorithm === keyMaker.algorithm);
  return ofAlgorithm.sort((a, b) => a.sequence - b.sequence);
}

/**
 * Makes the key that follows the keys `seen`, and stores it unless another process has stored one in its place.
 * Resolves to the key that was made, whether it was stored or not.
 */
export async function addNextKey(
  deps: StoredRingDeps,
  seen: readonly StoredSigningKey[],
  now: Date,
  activeAt: Date,
): Promise<StoredSigningKey> {
  const sequence = Math.max(0, ...seen.map((key) => key.sequence)) + 1;
  const made = await deps.keyMaker.make(sequence, now, activeAt);
  const isStored = await deps.signingKeys.add(made);
  if (isStored) deps.events.report({ type: "signing_key_made", keyId: made.kid });
  return made;
}

/** The whole second of a time: tokens carry the second of their issue, and their key is chosen by it. */
export function wholeSecond(now: Date): Date {
  return new Date(Math.floor(now.getTime() / 1_000) * 1_000);
}
