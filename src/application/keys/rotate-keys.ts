import { AuthError } from "../../domain/errors.ts";
import { publishedAheadUntil, signingKeyOf } from "../../domain/key-ring.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { StoredSigningKey } from "../ports/storage/signing-keys.ts";
import { type KeepKeysDeps, keysOf, makeNext, wholeSecond } from "./keep-keys.ts";

/** `ahead`: the key is published first, and signs once every copy of the published keys has it. */
export type RotateWhen = "ahead" | "at once";

/**
 * Makes the next key. A key that signs at once is not in the copies that verifiers keep: those that do not fetch the
 * keys for one that they do not know refuse its tokens until they next do.
 * @throws AuthError `signing_key_not_yet_valid` where a key is to sign at once while the clock is earlier than
 * every key of the ring: other processes would take the new key for superseded; `storage_unavailable` where another
 * process stored a key at each attempt
 */
export type RotateKeys = (when?: RotateWhen) => Promise<StoredSigningKey>;

/** Each attempt makes a key pair; it is lost only to a process that stored one meanwhile. */
const MAX_ATTEMPTS = 5;

export function makeRotateKeys(deps: KeepKeysDeps): RotateKeys {
  return async (when = "ahead") => {
    const now = deps.clock.now();
    return untilApplied(async () => {
      const seen = await keysOf(deps);
      const activeAt = when === "ahead" ? publishedAheadUntil(now, deps.ringTimes) : atOnce(seen, now);
      const made = await makeNext(deps, seen, now, activeAt);
      // where another process took the place meanwhile, that one is the next key, if it signs early enough
      const next = (await keysOf(deps)).find(({ sequence }) => sequence === made.sequence) ?? made;
      return (next.activeAt <= activeAt || when === "ahead") && next;
    }, MAX_ATTEMPTS);
  };
}

/** Now, but later than the key that signs, which would not be superseded by one of the same second. */
function atOnce(keys: readonly StoredSigningKey[], now: Date): Date {
  const signing = signingKeyOf(keys, now);
  if (signing === undefined && keys.length > 0) throw new AuthError("signing_key_not_yet_valid");
  return new Date(Math.max(wholeSecond(now).getTime(), (signing?.activeAt.getTime() ?? 0) + 1_000));
}
