import type { User } from "../../domain/user.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { EpochChanges } from "../ports/storage/users.ts";
import { type EndEpochDeps, endEpoch, tidySessions } from "../sessions/end-epoch.ts";
import { type FindAccountDeps, findAccount } from "../users/find-account.ts";

export interface ChangeAccountDeps extends EndEpochDeps, FindAccountDeps {
  readonly clock: Clock;
  readonly events: SecurityEvents;
}

export interface ChangedAccount {
  /** As it was before. */
  readonly user: User;
  /** Whether it was as wanted already, and nothing was done. */
  readonly alreadyApplied: boolean;
  /** How many sessions that lived are ended. */
  readonly ended: number;
}

/**
 * Makes a change to an account that ends all its sessions, whatever else is changed meanwhile, unless the
 * account `isSo` already.
 * @throws AuthError `not_found` where it was removed meanwhile
 */
export async function changeAccount(
  deps: ChangeAccountDeps,
  found: User,
  changes: Omit<EpochChanges, "keptSession">,
  isApplied: (user: User) => boolean = () => false,
): Promise<ChangedAccount> {
  for (let user = found; ; user = await findAccount(deps, found.id)) {
    if (isApplied(user)) return { user, alreadyApplied: true, ended: 0 };
    const now = deps.clock.now();
    // another change came first; found again by id, since the name may be somebody else's by now
    if (!(await endEpoch(deps, user, now, { ...changes, keptSession: undefined }))) continue;
    return { user, alreadyApplied: false, ended: await tidySessions(deps, user, now, undefined) };
  }
}
