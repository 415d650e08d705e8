import { AuthError } from "../../domain/errors.ts";
import { keptUntil, revocationKey } from "../../domain/revocation.ts";
import { type KeepKeysDeps, keysOf, makeKeepKeys } from "./keep-keys.ts";

/**
 * Ends a key that others may know: no process accepts what it signed from its next check on, and another
 * key signs. Refreshing gives clients tokens that are good again.
 * @throws AuthError `not_found` where the ring has no such key
 */
export type RetireKey = (kid: string) => Promise<void>;

export function makeRetireKey(deps: KeepKeysDeps): RetireKey {
  return async (kid) => {
    const now = deps.clock.now();
    if (!(await keysOf(deps)).some((key) => key.kid === kid)) throw new AuthError("not_found");
    // whoever knows the key can sign with any time in it: the entry outlives every process that still has it
    const lastUse = new Date(now.getTime() + deps.ringTimes.refreshTokenTtlMs);
    await deps.revocations.add(revocationKey.signingKey(kid), keptUntil(lastUse));
    deps.events.report({ type: "signing_key_retired", keyId: kid });
    await makeKeepKeys(deps)();
  };
}
