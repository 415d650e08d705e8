import type { Factors } from "../../domain/factors/factors.ts";
import type { User } from "../../domain/user.ts";
import { type EndEpochDeps, endEpoch, removeEndedSessions } from "../sessions/end-epoch.ts";

/**
 * Stores changed factors, and with `keptSession` ends every other session in the same step. Resolves to `false` if another
 * change came first.
 */
export async function changeFactors(
  deps: EndEpochDeps,
  user: User,
  next: Factors,
  now: Date,
  keptSession: string | undefined,
): Promise<boolean> {
  if (keptSession === undefined) return deps.users.replaceFactors(user, next);
  if (!(await endEpoch(deps, user, now, { keptSession, factors: next }))) return false;
  await removeEndedSessions(deps, user, now, keptSession);
  return true;
}
