import {
  dueRotation,
  isPublished,
  keyState,
  publishedAheadUntil,
  type RingTimes,
  signingKeyOf,
} from "../../domain/key-ring.ts";
import { revocationKey } from "../../domain/revocation.ts";
import type { Clock } from "../ports/clock.ts";
import type { KeyMaker } from "../ports/key-maker.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { SigningKeyRepository, StoredSigningKey } from "../ports/storage/signing-keys.ts";

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
    const seen = await ringOf(deps, now);
    const activeAt = nextActiveAt(seen, now, deps);
    if (activeAt === undefined) return keepUseful(deps, seen, now);
    await makeNext(deps, seen.all, now, activeAt);
    // two processes may make a key at the same moment: one gets the place, and both read what is stored
    const made = await ringOf(deps, now);
    await removeRetired(deps, made);
    return made.keys;
  };
}

/** The ring at a moment: all keys by their sequence, and those of them that were not retired. */
interface Ring {
  readonly all: readonly StoredSigningKey[];
  readonly keys: StoredSigningKey[];
}

async function ringOf(deps: KeepKeysDeps, now: Date): Promise<Ring> {
  const all = await keysOf(deps);
  const retired = await deps.revocations.find(
    all.map(({ kid }) => revocationKey.signingKey(kid)),
    now,
  );
  return { all, keys: all.filter(({ kid }) => !retired.has(revocationKey.signingKey(kid))) };
}

/** From when on a key is to sign that is to be made now; `undefined` where none is needed. */
function nextActiveAt(
  { all, keys }: Ring,
  now: Date,
  { keyRotationMs, ringTimes }: KeepKeysDeps,
): Date | undefined {
  const usable = keys.filter(({ sealedPrivateKey }) => sealedPrivateKey !== undefined);
  if (signingKeyOf(usable, now) === undefined) {
    // one made by a clock that is behind would sign in the past, and other processes would take it for superseded
    const isClockBehind = usable.length > 0 && signingKeyOf(all, now) === undefined;
    return isClockBehind ? undefined : wholeSecond(now);
  }
  const newest = all.at(-1);
  if (newest && !keys.includes(newest)) return publishedAheadUntil(now, ringTimes);
  return keyRotationMs === undefined ? undefined : dueRotation(keys, now, keyRotationMs, ringTimes);
}

/** The keys of the algorithm in use, by their sequence. */
export async function keysOf({ signingKeys, keyMaker }: KeepKeysDeps): Promise<StoredSigningKey[]> {
  const ofAlgorithm = (await signingKeys.list()).filter(({ algorithm }) => algorithm === keyMaker.algorithm);
  return ofAlgorithm.sort((a, b) => a.sequence - b.sequence);
}

/** Makes the key after those that were seen when it was found wanting, unless its place was taken since. */
export async function makeNext(
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

/**
 * Removes what was retired, but for the newest key: its place is what keeps two processes from making two successors
 * of it, until there is one.
 */
async function removeRetired({ signingKeys }: KeepKeysDeps, { all, keys }: Ring): Promise<void> {
  const over = all.slice(0, -1).filter((key) => !keys.includes(key));
  await Promise.all(over.map(({ kid }) => signingKeys.remove(kid)));
}

async function keepUseful(deps: KeepKeysDeps, ring: Ring, now: Date): Promise<StoredSigningKey[]> {
  const { signingKeys, ringTimes } = deps;
  const { all, keys } = ring;
  await removeRetired(deps, ring);
  const useful: StoredSigningKey[] = [];
  for (const key of keys) {
    const state = keyState(keys, key, now, ringTimes);
    // the newest keeps its place, as above
    if (state !== "over") useful.push(key);
    else if (key !== all.at(-1)) await signingKeys.remove(key.kid);
    if (!isPublished(state) && key.sealedPrivateKey !== undefined) {
      await signingKeys.replacePrivateKey(key.kid, key.sealedPrivateKey, undefined);
    }
  }
  return useful;
}

/** Tokens say the second in which they are issued, and it is by that second that their key is chosen. */
export function wholeSecond(now: Date): Date {
  return new Date(Math.floor(now.getTime() / 1_000) * 1_000);
}

function sequenceAfter(keys: readonly StoredSigningKey[]): number {
  return Math.max(0, ...keys.map(({ sequence }) => sequence)) + 1;
}
