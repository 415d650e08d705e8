import { AuthError } from "../../domain/errors.ts";
import { keptUntil, revocationKey } from "../../domain/revocation.ts";
import { makeKeepKeys } from "./keep-keys.ts";
import { keysOf, type StoredRingDeps } from "./stored-ring.ts";

/**
 * Retires a key that may have leaked: from its next check on, no process accepts a token that the key signed, and another
 * key signs. Clients get valid tokens again by refreshing.
 * @throws AuthError `not_found` if the ring has no such key
 */
export type RetireKey = (kid: string) => Promise<void>;

export function makeRetireKey(deps: StoredRingDeps): RetireKey {
  return async (kid) => {
    const now = deps.clock.now();
    if (!(await keysOf(deps)).some((key) => key.kid === kid)) throw new AuthError("not_found");
    // a token forged with the key may bear any time: the entry outlives every process that still has the key loaded
    const lastUse = new Date(now.getTime() + deps.ringTimes.refreshTokenTtlMs);
    await deps.revocations.add(revocationKey.signingKey(kid), keptUntil(lastUse));
    deps.events.report({ type: "signing_key_retired", keyId: kid });
    await makeKeepKeys(deps)();
  };
}
