import { AuthError } from "../../domain/errors.ts";
import { publishedAheadUntil, signingKeyOf } from "../../domain/key-ring.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { StoredSigningKey } from "../ports/storage/signing-keys.ts";
import { addNextKey, keysOf, type StoredRingDeps, wholeSecond } from "./stored-ring.ts";

/** `ahead`: the key is published first, and signs once every cached copy of the published keys has it. */
export type RotateWhen = "ahead" | "at once";

/**
 * Makes the next key. A key that signs at once is in no verifier's cache yet: a verifier that does not fetch the keys for
 * an unknown `kid` refuses its tokens until the cache expires.
 * @throws AuthError `signing_key_not_yet_valid` if a key is to sign at once while the clock is earlier than every key of
 * the ring, since the new key would be superseded for other processes; `storage_unavailable` where another
 * process stored a key at each attempt
 */
export type RotateKeys = (when?: RotateWhen) => Promise<StoredSigningKey>;

/** Each attempt makes a key pair; it is lost only to a process that stored one meanwhile. */
const MAX_ATTEMPTS = 5;

export function makeRotateKeys(deps: StoredRingDeps): RotateKeys {
  return async (when = "ahead") => {
    const now = deps.clock.now();
    return untilApplied(async () => {
      const seen = await keysOf(deps);
      const activeAt = when === "ahead" ? publishedAheadUntil(now, deps.ringTimes) : atOnce(seen, now);
      const made = await addNextKey(deps, seen, now, activeAt);
      // if another process stored a key in that place, it is the next key, provided that it signs early enough
      const next = (await keysOf(deps)).find(({ sequence }) => sequence === made.sequence) ?? made;
      return (next.activeAt <= activeAt || when === "ahead") && next;
    }, MAX_ATTEMPTS);
  };
}

/** Now, or a second after the signing key became active: a key of the same second would not supersede it. */
function atOnce(keys: readonly StoredSigningKey[], now: Date): Date {
  const signing = signingKeyOf(keys, now);
  if (signing === undefined && keys.length > 0) throw new AuthError("signing_key_not_yet_valid");
  return new Date(Math.max(wholeSecond(now).getTime(), (signing?.activeAt.getTime() ?? 0) + 1_000));
}
