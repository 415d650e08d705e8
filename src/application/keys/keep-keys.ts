import {
  dueRotation,
  isPublished,
  keyState,
  publishedAheadUntil,
  signingKeyOf,
} from "../../domain/key-ring.ts";
import { revocationKey } from "../../domain/revocation.ts";
import type { StoredSigningKey } from "../ports/storage/signing-keys.ts";
import { addNextKey, keysOf, type StoredRingDeps, wholeSecond } from "./stored-ring.ts";

/**
 * Maintains the ring of signing keys: makes a key if there is none to sign with, makes the next one of the schedule in
 * time to be published ahead, and removes keys that are over or were retired. Resolves to the keys in use, as they are
 * stored. Every process calls this regularly; what one process leaves unfinished another one completes.
 */
export type KeepKeys = () => Promise<StoredSigningKey[]>;

export function makeKeepKeys(deps: StoredRingDeps): KeepKeys {
  return async () => {
    const now = deps.clock.now();
    const seen = await ringOf(deps, now);
    const activeAt = nextActiveAt(seen, now, deps);
    if (activeAt === undefined) return keepUseful(deps, seen, now);
    await addNextKey(deps, seen.all, now, activeAt);
    // two processes may make a key at the same time: one of them is stored, and both read it
    const made = await ringOf(deps, now);
    await removeRetired(deps, made);
    return made.keys;
  };
}

/** The ring at one moment. */
interface RingSnapshot {
  /** All keys, in ascending order of their sequence. */
  readonly all: readonly StoredSigningKey[];
  /** The keys that were not retired. */
  readonly keys: StoredSigningKey[];
}

async function ringOf(deps: StoredRingDeps, now: Date): Promise<RingSnapshot> {
  const all = await keysOf(deps);
  const retired = await deps.revocations.find(
    all.map(({ kid }) => revocationKey.signingKey(kid)),
    now,
  );
  return { all, keys: all.filter(({ kid }) => !retired.has(revocationKey.signingKey(kid))) };
}

/** The time when a key that is made now must become active; `undefined` if no key is needed. */
function nextActiveAt(
  { all, keys }: RingSnapshot,
  now: Date,
  { keyRotationMs, ringTimes }: StoredRingDeps,
): Date | undefined {
  const usable = keys.filter(({ sealedPrivateKey }) => sealedPrivateKey !== undefined);
  if (signingKeyOf(usable, now) === undefined) {
    // a key made by a clock that is behind would be active in the past, and superseded for other processes
    const isClockBehind = usable.length > 0 && signingKeyOf(all, now) === undefined;
    return isClockBehind ? undefined : wholeSecond(now);
  }
  const newest = all.at(-1);
  if (newest && !keys.includes(newest)) return publishedAheadUntil(now, ringTimes);
  return keyRotationMs === undefined ? undefined : dueRotation(keys, now, keyRotationMs, ringTimes);
}

/**
 * Removes the retired keys, except the newest key: until it has a successor, its place keeps two processes from making
 * two of them.
 */
async function removeRetired({ signingKeys }: StoredRingDeps, { all, keys }: RingSnapshot): Promise<void> {
  const over = all.slice(0, -1).filter((key) => !keys.includes(key));
  await Promise.all(over.map(({ kid }) => signingKeys.remove(kid)));
}

async function keepUseful(deps: StoredRingDeps, ring: RingSnapshot, now: Date): Promise<StoredSigningKey[]> {
  const { signingKeys, ringTimes } = deps;
  const { all, keys } = ring;
  await removeRetired(deps, ring);
  const useful: StoredSigningKey[] = [];
  for (const key of keys) {
    const state = keyState(keys, key, now, ringTimes);
    // the newest key keeps its place, as above
    if (state !== "over") useful.push(key);
    else if (key !== all.at(-1)) await signingKeys.remove(key.kid);
    if (!isPublished(state) && key.sealedPrivateKey !== undefined) {
      await signingKeys.replacePrivateKey(key.kid, key.sealedPrivateKey, undefined);
    }
  }
  return useful;
}
