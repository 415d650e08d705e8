import {
  dueRotation,
  keyState,
  publishedAheadUntil,
  type RingTimes,
  signingKeyOf,
} from "../domain/key-ring.ts";
import { revocationKey } from "../domain/revocation.ts";
import type { Clock } from "./ports/clock.ts";
import type { KeyMaker } from "./ports/key-maker.ts";
import type { RevocationRepository } from "./ports/revocations.ts";
import type { SecurityEvents } from "./ports/security-events.ts";
import type { SigningKeyRepository, StoredSigningKey } from "./ports/signing-keys.ts";

export interface KeepKeysDeps {
  readonly clock: Clock;
  readonly signingKeys: SigningKeyRepository;
  readonly revocations: RevocationRepository;
  readonly keyMaker: KeyMaker;
  readonly events: SecurityEvents;
  readonly ringTimes: RingTimes;
  /** How long a key signs before the next one does, `undefined` for ever. */
  readonly keyRotationMs: number | undefined;
}

/**
 * Sees to the ring of signing keys and resolves to the keys that are of use, as storage has them: there is
 * one to sign with, the next one of the schedule is published ahead, what is over is removed, and so is what
 * was retired. Every process does this often; whatever one of them began and did not finish, the next one
 * finishes.
 */
export type KeepKeys = () => Promise<StoredSigningKey[]>;

export function makeKeepKeys(deps: KeepKeysDeps): KeepKeys {
  return async () => {
    const now = deps.clock.now();
    const all = await keysOf(deps);
    const keys = await withoutRetired(deps, all, now);
    if (signingKeyOf(keys, now) === undefined) return addKey(deps, all, now, wholeSecond(now));
    const due = deps.keyRotationMs && dueRotation(keys, now, deps.keyRotationMs, deps.ringTimes);
    if (due) return addKey(deps, all, now, due);
    return keepUseful(deps, keys, now);
  };
}

/** Publishes the next key ahead; it signs once every copy of the published keys has it. */
export type RotateKeys = () => Promise<StoredSigningKey>;

export function makeRotateKeys(deps: KeepKeysDeps): RotateKeys {
  return async () => {
    const now = deps.clock.now();
    const activeAt = publishedAheadUntil(now, deps.ringTimes);
    const made = await makeNext(deps, await keysOf(deps), now, activeAt);
    // where another process took the place meanwhile, that one is the next key
    return (await keysOf(deps)).find(({ sequence }) => sequence === made.sequence) ?? made;
  };
}

/** The keys of the algorithm in use, by their sequence. */
export async function keysOf({ signingKeys, keyMaker }: KeepKeysDeps): Promise<StoredSigningKey[]> {
  const ofAlgorithm = (await signingKeys.list()).filter(({ algorithm }) => algorithm === keyMaker.algorithm);
  return ofAlgorithm.sort((a, b) => a.sequence - b.sequence);
}

/** Two processes may make a key at the same moment: one gets the place, and both read what is stored. */
async function addKey(
  deps: KeepKeysDeps,
  seen: readonly StoredSigningKey[],
  now: Date,
  activeAt: Date,
): Promise<StoredSigningKey[]> {
  await makeNext(deps, seen, now, activeAt);
  return withoutRetired(deps, await keysOf(deps), now);
}

/** Makes the key after those that were seen when it was found wanting, unless its place was taken since. */
async function makeNext(
  deps: KeepKeysDeps,
  seen: readonly StoredSigningKey[],
  now: Date,
  activeAt: Date,
): Promise<StoredSigningKey> {
  const made = await deps.keyMaker.make(sequenceAfter(seen), now, activeAt);
  const isStored = await deps.signingKeys.add(made);
  if (isStored) deps.events.report({ type: "signing_key_made", keyId: made.kid });
  return made;
}

async function withoutRetired(
  { revocations, signingKeys }: KeepKeysDeps,
  keys: readonly StoredSigningKey[],
  now: Date,
): Promise<StoredSigningKey[]> {
  const retired = await revocations.find(
    keys.map(({ kid }) => revocationKey.signingKey(kid)),
    now,
  );
  const isRetired = ({ kid }: StoredSigningKey) => retired.has(revocationKey.signingKey(kid));
  await Promise.all(keys.filter(isRetired).map(({ kid }) => signingKeys.remove(kid)));
  return keys.filter((key) => !isRetired(key));
}

async function keepUseful(
  { signingKeys, ringTimes }: KeepKeysDeps,
  keys: readonly StoredSigningKey[],
  now: Date,
): Promise<StoredSigningKey[]> {
  const useful: StoredSigningKey[] = [];
  for (const key of keys) {
    const state = keyState(keys, key, now, ringTimes);
    if (state === "over") await signingKeys.remove(key.kid);
    else useful.push(key);
    if (state === "logging_out" && key.sealedPrivateKey !== undefined) {
      await signingKeys.replacePrivateKey(key.kid, key.sealedPrivateKey, undefined);
    }
  }
  return useful;
}

/** Tokens say the second in which they are issued, and it is by that second that their key is chosen. */
function wholeSecond(now: Date): Date {
  return new Date(Math.floor(now.getTime() / 1_000) * 1_000);
}

function sequenceAfter(keys: readonly StoredSigningKey[]): number {
  return Math.max(0, ...keys.map(({ sequence }) => sequence)) + 1;
}
